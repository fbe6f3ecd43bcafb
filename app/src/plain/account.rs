//! What the pages of `/account` share.

use leptos::prelude::*;

/// A page of the account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AccountPage {
    Sessions,
    ConnectedApps,
}

/// The way from one to the other.
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
            {link(AccountPage::Sessions, "/account/sessions", "Sessions")}
            {link(AccountPage::ConnectedApps, "/account/connected-apps", "Connected apps")}
        </nav>
    }
}

/// What was just done, read out when the page opens.
pub(super) fn outcome(words: String) -> impl IntoView {
    view! {
        <p class="notice" role="status">
            {words}
        </p>
    }
}
