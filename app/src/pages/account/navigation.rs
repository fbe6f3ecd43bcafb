//! What the pages of `/account` have in common: the bar at the top, the navigation between them, the title.

use leptos::prelude::*;

use crate::components::frame::Frame;
use crate::components::navigation::{MainEntry, Visitor};

/// A page of the account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AccountPage {
    Profile,
    Sessions,
    ConnectedApps,
    Password,
    Passkeys,
    Providers,
    SecondFactor,
}

impl AccountPage {
    const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Profile, "/account/profile", "Profile"),
        (Self::Sessions, "/account/sessions", "Sessions"),
        (Self::ConnectedApps, "/account/connected-apps", "Connected apps"),
        (Self::Password, "/account/password", "Password"),
        (Self::Passkeys, "/account/passkeys", "Passkeys"),
        (Self::Providers, "/account/providers", "Linked accounts"),
        (Self::SecondFactor, "/account/second-factor", "Second factor"),
    ];

    /// The HTML of this page, or of one below it with a title of its own.
    pub(super) fn to_html(
        self,
        title: &'static str,
        frame: Frame,
        visitor: Visitor,
        content: impl IntoView,
    ) -> String {
        let links = Self::ALL.map(|(page, address, label)| {
            view! {
                <a href=address aria-current=(page == self).then_some("page")>
                    {label}
                </a>
            }
        });
        frame.with_top_bar(
            title,
            visitor,
            Some(MainEntry::Account),
            view! {
                <nav class="account-nav" aria-label="Account">
                    {links}
                </nav>
                <h1 class="panel-title">{title}</h1>
                {content}
            },
        )
    }
}
