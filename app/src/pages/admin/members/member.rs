//! `/admin/members/{id}`: a member, for hosts.

use latchkey_domain::{ListedMember, MemberState, Timestamp};
use latchkey_oauth::ConnectedApp;
use leptos::prelude::*;

use super::add::role_field;
use super::badges;
use crate::components::ask::Ask;
use crate::components::breadcrumb::breadcrumb;
use crate::components::connected_app_row::connected_app_row;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor, member_page};
use crate::components::notice::{error_notice, status_notice};
use crate::components::session_row::{SessionRow, session_row};
use crate::pages::admin::audit::{AuditRow, audit_entry};
use crate::time::{date, time_ago};

/// A member with all that a host may know and change.
#[derive(Clone, Debug)]
pub struct MemberPage {
    pub frame: Frame,
    pub visitor: Visitor,
    pub listed: ListedMember,
    /// Whether it is the host who sees the page.
    pub is_visitor: bool,
    /// Whether this server sends mail.
    pub has_mail: bool,
    /// A link that was just made. It is shown this once.
    pub link: Option<NewLink>,
    /// How many passkeys the member has.
    pub passkeys: usize,
    /// The open sessions, last seen first.
    pub sessions: Vec<SessionRow>,
    /// The connected applications, last used first.
    pub connections: Vec<ConnectedApp>,
    /// The newest entries of the audit trail about the account.
    pub history: Vec<AuditRow>,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
    /// Why nothing was done, as a sentence.
    pub error: Option<String>,
    /// The time of the request.
    pub now: Timestamp,
}

/// A sign-in link.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// The whole address.
    pub address: String,
    /// Until when it works.
    pub until: Timestamp,
}

impl MemberPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            listed,
            is_visitor,
            has_mail,
            link,
            passkeys,
            sessions,
            connections,
            history,
            notice,
            error,
            now,
        } = self;
        let page = member_page(listed.member.id);
        let name = listed.member.name.to_string();
        let seen = match listed.last_active_at {
            Some(at) => view! { "Last seen " {time_ago(at, now)} }.into_any(),
            None => "Never here yet".into_any(),
        };
        let joined = listed.member.joined_at;
        frame.admin(
            &name,
            visitor,
            AdminSection::Members,
            Level::Below,
            view! {
                {breadcrumb(vec![AdminSection::Members.link()])}
                <header class="member-head">
                    <h1 class="page-title">
                        <bdi>{name.clone()}</bdi>
                        " "
                        {badges(&listed)}
                    </h1>
                    <p class="page-lead">
                        <span translate="no">{listed.member.email.to_string()}</span>
                        {if listed.member.email_verified { " (verified)" } else { " (not verified)" }} " · Joined " {time_ago(joined, now)} " · " {seen}
                    </p>
                </header>
                {notice.map(status_notice)}
                {error.map(error_notice)}
                {link.map(|link| new_link(link, &name))}
                {ways_to_sign_in(&listed, passkeys, has_mail, &page)}
                {sessions_of(sessions, is_visitor, &page, now)}
                {connected_apps(connections, is_visitor, &page, now)}
                {(!is_visitor).then(|| powers(&listed, passkeys > 0, &page))}
                {what_happened(history, listed.member.email.as_str())}
            },
        )
    }
}

/// The link, to copy.
fn new_link(link: NewLink, name: &str) -> impl IntoView + use<> {
    let NewLink { address, until } = link;
    view! {
        <section class="notice new-link" aria-labelledby="new-link-title">
            <h2 id="new-link-title">"Send this link to " <bdi>{name.to_owned()}</bdi></h2>
            <p>
                "It opens the account to whoever has it, once, until " {date(until)}
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

fn ways_to_sign_in(
    listed: &ListedMember,
    passkeys: usize,
    has_mail: bool,
    page: &str,
) -> impl IntoView + use<> {
    let state = listed.state();
    let text = match (state, listed.link_until) {
        (MemberState::Suspended, _) => {
            "Suspended: nobody gets in with this account, and applications cannot act for it. Nothing was deleted.".to_owned()
        }
        (_, Some(until)) if listed.can_sign_in => {
            format!("A password, and a link with which another is chosen, until {}.", date(until))
        }
        (_, Some(until)) => format!("A link with which a password is chosen, until {}.", date(until)),
        (MemberState::CanSignIn, None) => "A password.".to_owned(),
        (_, None) => "None yet. Make a link, and send it to them.".to_owned(),
    };
    let factor = listed
        .member
        .second_factor
        .then(|| view! { <p>"With a code of an authenticator app besides the password."</p> });
    let keys = match passkeys {
        0 => None,
        1 => Some("1 passkey.".to_owned()),
        many => Some(format!("{many} passkeys.")),
    };
    let keys = keys.map(|keys| view! { <p>{keys}</p> });
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
            <p>{text}</p>
            {factor}
            {keys}
            {invite}
        </section>
    }
}

fn sessions_of(
    sessions: Vec<SessionRow>,
    is_visitor: bool,
    page: &str,
    now: Timestamp,
) -> impl IntoView + use<> {
    let (has_some, address) = (!sessions.is_empty(), format!("{page}/sessions"));
    let end_all = (sessions.len() > 1 && !is_visitor).then(|| {
        Ask {
            button: "End all sessions",
            label: None,
            effect: view! { <p class="muted">"They are signed out on every browser. Connected applications go on."</p> }.into_any(),
            action: format!("{address}/end-all"),
            confirm: "End all sessions",
            is_danger: true,
        }
        .into_view()
    });
    let rows = sessions
        .into_iter()
        .map(|session| session_row(session, &address, now))
        .collect_view();
    let list = match (has_some, is_visitor) {
        (_, true) => view! {
            <p class="muted">"Yours are in " <a href="/account/sessions">"Account > Sessions"</a> "."</p>
        }
        .into_any(),
        (true, false) => view! { <ul class="row-list">{rows}</ul> }.into_any(),
        (false, false) => view! { <p class="muted">"Signed in nowhere."</p> }.into_any(),
    };
    view! {
        <section class="member-section">
            <h2>"Sessions"</h2>
            {list}
            {end_all}
        </section>
    }
}

fn connected_apps(
    connections: Vec<ConnectedApp>,
    is_visitor: bool,
    page: &str,
    now: Timestamp,
) -> impl IntoView + use<> {
    let (count, address) = (connections.len(), format!("{page}/apps"));
    let revoke_all = (count > 1 && !is_visitor).then(|| {
        Ask {
            button: "Revoke all",
            label: None,
            effect: view! {
                <p class="muted">"None of them can act for this member from now on. The member can allow each again."</p>
            }
            .into_any(),
            action: format!("{address}/revoke-all"),
            confirm: "Revoke all",
            is_danger: true,
        }
        .into_view()
    });
    let rows = connections
        .into_iter()
        .map(|connection| connected_app_row(connection, &address, now))
        .collect_view();
    let list = match (count, is_visitor) {
        (_, true) => view! {
            <p class="muted">"Yours are in " <a href="/account/connected-apps">"Account > Connected apps"</a> "."</p>
        }
        .into_any(),
        (0, false) => view! { <p class="muted">"None."</p> }.into_any(),
        (_, false) => view! { <ul class="row-list">{rows}</ul> }.into_any(),
    };
    view! {
        <section class="member-section">
            <h2>"Connected apps"</h2>
            {list}
            {revoke_all}
        </section>
    }
}

/// What a host can do to somebody else.
fn powers(listed: &ListedMember, has_passkeys: bool, page: &str) -> impl IntoView + use<> {
    let member = &listed.member;
    let change_role = Ask {
        button: "Change role",
        label: None,
        effect: view! {
            {role_field(member.role)}
            <p class="muted">
                "It holds from the next request on. An application that was allowed to read the whole network by a host no longer can when they stop being one."
            </p>
        }
        .into_any(),
        action: format!("{page}/role"),
        confirm: "Save the role",
        is_danger: false,
    };
    let suspend = if member.is_suspended() {
        Ask {
            button: "Let in again",
            label: None,
            effect: view! {
                <p class="muted">"They can sign in again, and their connected applications work again. They sign in anew: the sessions have ended."</p>
            }
            .into_any(),
            action: format!("{page}/resume"),
            confirm: "Let in again",
            is_danger: false,
        }
    } else {
        Ask {
            button: "Suspend",
            label: None,
            effect: view! {
                <p class="muted">"They are signed out and cannot sign in, and every token of theirs is refused from the next request on. Nothing is deleted: you can let them in again."</p>
            }
            .into_any(),
            action: format!("{page}/suspend"),
            confirm: "Suspend",
            is_danger: true,
        }
    };
    let reset = (member.second_factor || has_passkeys).then(|| {
        Ask {
            button: "Reset second factor",
            label: None,
            effect: view! {
                <p class="muted">"For somebody whose phone is gone, and the recovery codes, too. Make sure that it is them who asks. The authenticator app and the passkeys are removed and they are signed out everywhere; the password alone is enough then. Without a password, they need a link."</p>
            }
            .into_any(),
            action: format!("{page}/reset-second-factor"),
            confirm: "Reset it",
            is_danger: true,
        }
        .into_view()
    });
    let remove = Ask {
        button: "Remove",
        label: None,
        effect: view! {
            <p class="muted">"The account, its sessions and all that it allowed are deleted. This cannot be undone. To keep somebody out for a while, suspend them."</p>
        }
        .into_any(),
        action: format!("{page}/remove"),
        confirm: "Remove the member",
        is_danger: true,
    };
    view! {
        <section class="member-section">
            <h2>"Manage"</h2>
            <div class="powers">{change_role.into_view()} {reset} {suspend.into_view()} {remove.into_view()}</div>
        </section>
    }
}

fn what_happened(history: Vec<AuditRow>, email: &str) -> impl IntoView + use<> {
    let all = format!(
        "{}?{}",
        AdminSection::AuditTrail.path(),
        form_urlencoded::Serializer::new(String::new())
            .append_pair("target", email)
            .finish()
    );
    let list = if history.is_empty() {
        view! { <p class="muted">"Nothing is in the audit trail."</p> }.into_any()
    } else {
        let entries = history.into_iter().map(audit_entry).collect_view();
        view! {
            <ol class="activity">{entries}</ol>
            <p>
                <a href=all>"All in the audit trail"</a>
            </p>
        }
        .into_any()
    };
    view! {
        <section class="member-section">
            <h2>"What happened"</h2>
            {list}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::{MemberId, Role};

    use super::*;
    use crate::testing::{
        application, assert_sound, assert_sound_with_scripts, frame, listed_member, visitor,
    };

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn page(listed: ListedMember) -> MemberPage {
        MemberPage {
            frame: frame(),
            visitor: visitor(true),
            listed,
            is_visitor: false,
            has_mail: false,
            link: None,
            passkeys: 0,
            sessions: Vec::new(),
            connections: Vec::new(),
            history: Vec::new(),
            notice: None,
            error: None,
            now: NOW,
        }
    }

    fn session(id: i64) -> SessionRow {
        SessionRow {
            id,
            is_current: false,
            user_agent: None,
            address: Some("192.0.2.1".into()),
            created_at: NOW,
            last_seen_at: NOW,
        }
    }

    fn connection() -> ConnectedApp {
        ConnectedApp {
            application: application("Mobile <b>App"),
            scopes: "read:posts".parse().unwrap(),
            since: NOW,
            last_used_at: None,
        }
    }

    #[test]
    fn a_host_sees_and_ends_what_the_member_has() {
        let mut listed = listed_member("Ada <b>Lovelace");
        listed.member.id = MemberId(7);
        let html = MemberPage {
            sessions: vec![session(3), session(4)],
            connections: vec![connection(), connection()],
            ..page(listed)
        }
        .to_html();
        assert_sound(&html);
        for text in [
            "action=\"/admin/members/7/sessions/3/end\"",
            "action=\"/admin/members/7/sessions/end-all\"",
            "action=\"/admin/members/7/apps/revoke-all\"",
            "action=\"/admin/members/7/role\"",
            "action=\"/admin/members/7/suspend\"",
            "action=\"/admin/members/7/remove\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert!(
            html.contains("Make a link to copy")
                && !html.contains("by mail")
                && html.contains("Ada &lt;b&gt;Lovelace")
        );
    }

    #[test]
    fn nobody_has_powers_over_themselves() {
        let html = MemberPage {
            is_visitor: true,
            sessions: vec![session(3), session(4)],
            ..page(listed_member("Ada"))
        }
        .to_html();
        assert_sound(&html);
        for power in ["/role\"", "/suspend\"", "/remove\"", "end-all", "/sessions/3/end"] {
            assert!(!html.contains(power), "{power} in {html}");
        }
    }

    #[test]
    fn a_link_is_there_to_copy() {
        let mut listed = listed_member("Ada");
        (listed.can_sign_in, listed.link_until) = (false, Some(NOW));
        let html = MemberPage {
            link: Some(NewLink {
                address: "https://club.example/sign-in/link?token=abc".into(),
                until: NOW,
            }),
            ..page(listed)
        }
        .to_html();
        assert_sound_with_scripts(&html, 0);
        assert!(html.contains("data-copy=\"#link\"") && html.contains("?token=abc"));
        assert!(html.contains("once, until 15 Jan 2027"), "{html}");
    }

    #[test]
    fn a_suspended_member_gets_no_link() {
        let mut listed = listed_member("Ada");
        (listed.member.suspended_at, listed.member.role) = (Some(NOW), Role::Host);
        let html = page(listed).to_html();
        assert_sound(&html);
        assert!(!html.contains("/invite\"") && html.contains("/resume\"") && !html.contains("/suspend\""));
    }
}
