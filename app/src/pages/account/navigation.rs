//! The navigation between the pages of `/account`.

use leptos::prelude::*;

/// A page of the account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AccountPage {
    Profile,
    Sessions,
    ConnectedApps,
    Password,
    Passkeys,
    SecondFactor,
}

pub(super) fn account_nav(here: AccountPage) -> impl IntoView {
    let link = |page: AccountPage, address: &'static str, label: &'static str| {
        view! {
            <a href=address aria-current=(page == here).then_some("page")>
                {label}
            </a>
        }
    };
    view! {
        <nav class="account-nav" aria-label="Account">
            {link(AccountPage::Profile, "/account/profile", "Profile")}
            {link(AccountPage::Sessions, "/account/sessions", "Sessions")}
            {link(AccountPage::ConnectedApps, "/account/connected-apps", "Connected apps")}
            {link(AccountPage::Password, "/account/password", "Password")}
            {link(AccountPage::Passkeys, "/account/passkeys", "Passkeys")}
            {link(AccountPage::SecondFactor, "/account/second-factor", "Second factor")}
        </nav>
    }
}
