//! Pages that work without JavaScript: plain HTML from the server, with forms that post.
//!
//! Each page is a value with all that it shows; `to_html` makes the document of it. Nothing here asks who is signed in
//! or looks anything up.

mod account;
mod activity;
mod add_redirect_uri;
mod audit;
mod bars;
mod browser_name;
mod connected_apps;
mod consent;
mod cookie_lost;
mod error;
mod explorer;
mod forbidden;
mod form;
mod home;
mod layout;
mod sessions;
mod setup;
mod sign_in;
mod usage;
mod use_it;
mod when;

pub use self::activity::ActivityPage;
pub use self::add_redirect_uri::AddRedirectUriPage;
pub use self::audit::{AuditForm, AuditPage, AuditRow};
pub use self::connected_apps::ConnectedAppsPage;
pub use self::consent::ConsentPage;
pub use self::cookie_lost::CookieLostPage;
pub use self::error::ErrorPage;
pub use self::explorer::{EXPLORER, ExplorerPage, Pass};
pub use self::forbidden::ForbiddenPage;
pub use self::home::HomePage;
pub use self::layout::{Frame, Visitor};
pub use self::sessions::{SessionRow, SessionsPage};
pub use self::setup::{SetupPage, SetupProblems, SetupRefusedPage};
pub use self::sign_in::SignInPage;
pub use self::usage::{UsagePage, period_of};
pub use self::use_it::{Endpoints, Environment, UseItPage};
pub(crate) use self::when::when;
