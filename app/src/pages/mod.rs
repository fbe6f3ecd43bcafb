//! What people see: a file or folder per page, named after its URL, with its own components inside it.
//!
//! Most pages are plain HTML that works without JavaScript: a value with everything that the page shows, and `to_html`,
//! which renders the document on the server only. These pages neither check who is signed in nor look anything up.
//! OAuth Applications is interactive: a Leptos component, rendered on the server and again by the WebAssembly.

#[cfg(feature = "ssr")]
mod account;
pub(crate) mod admin;
#[cfg(feature = "ssr")]
mod error;
#[cfg(feature = "ssr")]
mod forbidden;
#[cfg(feature = "ssr")]
mod home;
pub(crate) mod not_found;
#[cfg(feature = "ssr")]
mod oauth;
#[cfg(feature = "ssr")]
mod setup;
#[cfg(feature = "ssr")]
mod sign_in;

#[cfg(feature = "ssr")]
pub use self::plain::*;

/// The plain pages, for the server.
#[cfg(feature = "ssr")]
mod plain {
    pub use super::account::connected_apps::ConnectedAppsPage;
    pub use super::account::passkeys::{AddPasskeyPage, PasskeyRow, PasskeysPage};
    pub use super::account::password::{PasswordPage, PasswordProblems};
    pub use super::account::profile::{CONFIRM_EMAIL, ConfirmEmailPage, ProfilePage, ProfileProblems};
    pub use super::account::providers::{LinkState, LinkedAccount, LinkedAccountRow, LinkedAccountsPage};
    pub use super::account::second_factor::{SecondFactorPage, SecondFactorState};
    pub use super::account::sessions::SessionsPage;
    pub use super::admin::activity::NetworkActivityPage;
    pub use super::admin::audit::{AuditForm, AuditPage, AuditRow, AuditTarget};
    pub use super::admin::headless_api::explorer::{ExplorerPage, Pass};
    pub use super::admin::headless_api::{UsagePage, period_of};
    pub use super::admin::members::add::{AddMemberPage, AddMemberProblems};
    pub use super::admin::members::member::{MemberPage, MemberProvider, NewLink};
    pub use super::admin::members::{MailState, MembersPage};
    pub use super::admin::settings::network::{NetworkForm, NetworkPage, NetworkProblems};
    pub use super::admin::settings::oauth_applications::activity::ActivityPage;
    pub use super::admin::settings::oauth_applications::activity::add::{AddFromActivityPage, Addition};
    pub use super::admin::settings::oauth_applications::activity::filters::{Shown, UNMATCHED};
    pub use super::admin::settings::oauth_applications::import::ImportApplicationPage;
    pub use super::admin::settings::oauth_applications::logo::ApplicationLogoPage;
    pub use super::admin::settings::oauth_applications::members::MembersOfApplicationPage;
    pub use super::admin::settings::oauth_applications::use_it::{
        DeveloperMessage, Endpoints, Environment, Recipe, UseItPage,
    };
    pub use super::admin::settings::sso::edit::{ExistingProvider, ProviderPage, ProviderPageOf};
    pub use super::admin::settings::sso::form::{
        ProviderField, ProviderForm, ProviderProblems, ProviderProtocol,
    };
    pub use super::admin::settings::sso::preset::{PRESETS, ProviderPreset};
    pub use super::admin::settings::sso::test_result::{
        ProviderTestOutcome, ProviderTestPage, ProviderTestStep,
    };
    pub use super::admin::settings::sso::{FROM_LIST, ProviderCard, SsoPage};
    pub use super::error::ErrorPage;
    pub use super::forbidden::ForbiddenPage;
    pub use super::home::{Failing, HomePage, HostHome};
    pub use super::oauth::authorize::{Background, ConsentPage};
    pub use super::oauth::logout::{LogoutPage, LogoutState};
    pub use super::setup::{SetupPage, SetupProblems, SetupRefusedPage};
    pub use super::sign_in::again::{AskAgainPage, PASSWORD_AGAIN};
    pub use super::sign_in::code::{HalfOfSignIn, SignInCodePage, SignInRecoveryPage, SignInSetUpPage};
    pub use super::sign_in::cookie_lost::CookieLostPage;
    pub use super::sign_in::forgot::ForgotPage;
    pub use super::sign_in::link::{LinkOverPage, SIGN_IN_LINK, SignInLinkPage};
    pub use super::sign_in::provider::{LINK_ACCOUNT, LinkAccountPage, LinkFirstPage, ProviderRefusedPage};
    pub use super::sign_in::{FOR_HOSTS, SignInFormFor, SignInPage};
    pub use crate::components::browser_name::browser_name;
    pub use crate::components::frame::Frame;
    pub use crate::components::navigation::Visitor;
    pub use crate::components::passkey::PasskeyOptions;
    pub use crate::components::provider_button::ProviderButton;
    pub use crate::components::session_row::SessionRow;
}
