//! How a member signs in, and a link for it.

use latchkey_domain::{ListedMember, MemberState, counted};
use leptos::prelude::*;

use super::{MemberProvider, NewLink};
use crate::time::date;

/// The link, to copy.
pub(super) fn new_link(link: NewLink, name: &str) -> impl IntoView + use<> {
    let NewLink { address, until } = link;
    view! {
        <section class="notice new-link" aria-labelledby="new-link-title">
            <h2 id="new-link-title">"Send this link to " <bdi>{name.to_owned()}</bdi></h2>
            <p>
                "Anyone who has it can open the account with it, once, until " {date(until)}
                ". It is shown only now; a new one takes its place at any time."
            </p>
            <div class="new-link-row">
                <code class="mono" id="link" translate="no">
                    {address}
                </code>
                <button class="button button-primary" type="button" data-copy="#link" hidden>
                    "Copy link"
                </button>
            </div>
        </section>
    }
}

/// The ways to sign in that a member has.
pub(super) struct Ways {
    pub(super) has_password: bool,
    pub(super) passkeys: usize,
    pub(super) providers: Vec<MemberProvider>,
}

impl Ways {
    /// A list of them; nothing if there is none.
    fn into_view(self) -> Option<AnyView> {
        let password = self.has_password.then(|| view! { <li>"A password"</li> });
        let passkeys = (self.passkeys > 0).then(|| view! { <li>{counted(self.passkeys, "passkey")}</li> });
        let has_some = password.is_some() || passkeys.is_some() || !self.providers.is_empty();
        let providers = self.providers.into_iter().map(|MemberProvider { name, label }| {
            view! {
                <li>
                    <bdi>{name}</bdi>
                    ": "
                    <bdi translate="no">{label}</bdi>
                </li>
            }
        });
        has_some.then(|| {
            view! {
                <ul class="member-ways">
                    {password}
                    {passkeys}
                    {providers.collect_view()}
                </ul>
            }
            .into_any()
        })
    }
}

pub(super) fn ways_to_sign_in(
    listed: &ListedMember,
    ways: Ways,
    has_mail: bool,
    page: &str,
) -> impl IntoView + use<> {
    let state = listed.state();
    let has_password = ways.has_password;
    let ways = ways.into_view();
    let text = match (state, listed.link_until) {
        (MemberState::Suspended, _) => Some(
            "Suspended: nobody gets in with this account, and applications cannot act for it. Nothing was deleted."
                .to_owned(),
        ),
        (_, Some(until)) if has_password => Some(format!(
            "A link with which another password is chosen, until {}.",
            date(until)
        )),
        (_, Some(until)) => Some(format!("A link with which a password is chosen, until {}.", date(until))),
        (_, None) if ways.is_none() => Some("None yet. Make a link, and send it to them.".to_owned()),
        (_, None) => None,
    };
    let factor = listed.member.second_factor.then(
        || view! { <p>"A code of an authenticator app is asked for besides, except after a passkey."</p> },
    );
    let text = text.map(|text| view! { <p>{text}</p> });
    let (button, hint) = if listed.can_sign_in {
        (
            "Make a link to copy",
            "For somebody who lost their password. Theirs works until they choose another.",
        )
    } else {
        (
            "Make a link to copy",
            "They choose a password with the link and are signed in.",
        )
    };
    let mail = has_mail.then(|| {
        view! {
            <form method="post" action=format!("{page}/invite/mail")>
                <button class="button" class:button-primary=!listed.can_sign_in type="submit" aria-describedby="invite-hint">
                    "Send a link by mail"
                </button>
            </form>
        }
    });
    let is_first = !listed.can_sign_in && !has_mail;
    let invite = (state != MemberState::Suspended).then(|| {
        view! {
            <div class="member-links">
                {mail}
                <form method="post" action=format!("{page}/invite")>
                    <button class="button" class:button-primary=is_first type="submit" aria-describedby="invite-hint">
                        {button}
                    </button>
                </form>
                <p class="muted" id="invite-hint">
                    {hint}
                </p>
            </div>
        }
    });
    view! {
        <section class="member-section">
            <h2>"Ways to sign in"</h2>
            {ways}
            {factor}
            {text}
            {invite}
        </section>
    }
}
