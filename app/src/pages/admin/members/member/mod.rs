//! `/admin/members/{id}`: a member, for hosts.

mod access;
mod powers;
mod sign_in;

use latchkey_domain::{ListedMember, LogoId, Timestamp};
use latchkey_oauth::ConnectedApp;
use leptos::prelude::*;

use self::access::{connected_apps, sessions_of};
use self::powers::powers;
use self::sign_in::{Ways, new_link, ways_to_sign_in};
use super::badges;
use crate::components::breadcrumb::breadcrumb;
use crate::components::frame::Frame;
use crate::components::logo::logo;
use crate::components::navigation::{AdminSection, Level, Visitor, member_page};
use crate::components::notice::{error_notice, status_notice};
use crate::components::session_row::SessionRow;
use crate::pages::admin::audit::{AuditRow, audit_entry};
use crate::time::time_ago;

/// A member with all that a host may know and change.
#[derive(Clone, Debug)]
pub struct MemberPage {
    pub frame: Frame,
    pub visitor: Visitor,
    pub listed: ListedMember,
    /// The picture that the member uploaded.
    pub picture: Option<LogoId>,
    /// Whether it is the host who sees the page.
    pub is_visitor: bool,
    /// Whether this server sends mail.
    pub has_mail: bool,
    /// A link that was just made. It is shown this once.
    pub link: Option<NewLink>,
    /// Whether the member has a password.
    pub has_password: bool,
    /// How many passkeys the member has.
    pub passkeys: usize,
    /// The linked accounts at providers.
    pub providers: Vec<MemberProvider>,
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

/// An account at a provider that signs the member in.
#[derive(Clone, Debug)]
pub struct MemberProvider {
    /// The provider's name.
    pub name: String,
    /// What the account is called there: its email, or its name.
    pub label: String,
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
            picture,
            is_visitor,
            has_mail,
            link,
            has_password,
            passkeys,
            providers,
            sessions,
            connections,
            history,
            notice,
            error,
            now,
        } = self;
        let ways = Ways {
            has_password,
            passkeys,
            providers,
        };
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
                        {picture.as_ref().map(|picture| logo(&name, Some(picture), ""))}
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
                {ways_to_sign_in(&listed, ways, has_mail, &page)}
                {sessions_of(sessions, is_visitor, &page, now)}
                {connected_apps(connections, is_visitor, &page, now)}
                {(!is_visitor).then(|| powers(&listed, passkeys > 0, picture.is_some(), &page))}
                {what_happened(history, listed.member.email.as_str())}
            },
        )
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
            picture: None,
            is_visitor: false,
            has_mail: false,
            link: None,
            has_password: true,
            passkeys: 0,
            providers: Vec::new(),
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
    fn says_how_the_member_signs_in() {
        let with = |has_password, passkeys, labels: &[&str]| {
            let providers = labels.iter().map(|label| MemberProvider {
                name: "Club <b>".into(),
                label: (*label).into(),
            });
            let html = MemberPage {
                has_password,
                passkeys,
                providers: providers.collect(),
                ..page(listed_member("Ada"))
            }
            .to_html();
            assert_sound(&html);
            html
        };
        let html = with(true, 2, &[]);
        assert!(html.contains("<li>A password</li><li>2 passkeys</li>"), "{html}");
        let html = with(false, 0, &["ada<i>@example.com"]);
        assert!(
            html.contains("Club &lt;b&gt;") && html.contains("ada&lt;i&gt;@example.com"),
            "{html}"
        );
        assert!(!html.contains("A password"), "{html}");
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
