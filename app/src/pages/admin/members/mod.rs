//! `/admin/members`: who is in the network, for hosts.

pub(crate) mod add;
mod address;
pub(crate) mod member;

use latchkey_domain::{ListedMember, MemberState, MembersQuery, Page, Role, Timestamp, counted};
use latchkey_registration::{FailedMail, MailCounts};
use leptos::prelude::*;

use crate::components::empty_state::empty_state;
use crate::components::form::{Toggle, any_or_one_of};
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor, member_page};
use crate::components::notice::status_notice;
use crate::components::pager::numbered_pager;
use crate::time::time_ago;

/// A page of the members.
#[derive(Clone, Debug)]
pub struct MembersPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// What was asked for.
    pub query: MembersQuery,
    pub members: Page<ListedMember>,
    /// How many cannot sign in yet and have no link.
    pub not_invited: u64,
    /// How many cannot sign in yet and have one.
    pub invited: u64,
    /// The queue of mails, if this server sends any.
    pub mail: Option<MailState>,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
    /// The time of the request.
    pub now: Timestamp,
}

/// The queue of mails.
#[derive(Clone, Debug)]
pub struct MailState {
    pub counts: MailCounts,
    /// The newest that failed.
    pub failed: Vec<FailedMail>,
}

impl MembersPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            query,
            members,
            not_invited,
            invited,
            mail,
            notice,
            now,
        } = self;
        let has_mail = mail.is_some();
        let is_filtered = query != MembersQuery::default();
        let count = match (members.total, is_filtered) {
            (1, false) => "1 person.".to_owned(),
            (total, false) => format!("{total} people."),
            (1, true) => "1 person matches.".to_owned(),
            (total, true) => format!("{total} people match."),
        };
        let pager = numbered_pager("Pages of the members", &members, |page| {
            address::list(&query, page)
        });
        let list = if members.items.is_empty() {
            empty_state(
                "Nobody matches",
                "Remove a filter, or search for a part of the name or email.",
            )
            .into_any()
        } else {
            let rows = members
                .items
                .into_iter()
                .map(|listed| row(listed, now))
                .collect_view();
            view! { <ul class="row-list roster">{rows}</ul> }.into_any()
        };
        frame.admin(
            "Members",
            visitor,
            AdminSection::Members,
            Level::Section,
            view! {
                <header class="page-header">
                    <div>
                        <h1 class="page-title">"Members"</h1>
                        <p class="page-lead">{count}</p>
                    </div>
                    <a class="button button-primary" href=address::ADD>
                        "Add member"
                    </a>
                </header>
                {notice.map(status_notice)}
                {mail.map(mail_state)}
                {invite_all(not_invited, invited, has_mail)}
                {filters(query, is_filtered)}
                {list}
                {pager}
            },
        )
    }
}

/// Links for everyone who cannot sign in yet. Nothing if all can.
fn invite_all(not_invited: u64, invited: u64, has_mail: bool) -> Option<impl IntoView> {
    let all = not_invited + invited;
    let title = format!("{} cannot sign in yet", counted(all, "member"));
    let have = match invited {
        0 => None,
        1 => Some("1 of them has a link that works.".to_owned()),
        many => Some(format!("{many} of them have a link that works.")),
    };
    let again = (invited > 0).then(|| {
        // Nobody is left without a link: only this makes sense.
        let is_only = not_invited == 0;
        let toggle = Toggle::checkbox(
            "again",
            "Also for those who have a link",
            "The link that they have stops working.",
            is_only,
        );
        toggle.into_view()
    });
    (all > 0).then(|| {
        view! {
            <details class="invite-all">
                <summary>
                    <strong>{title}</strong>
                    <span class="button">"Invite them"</span>
                </summary>
                <form method="post" action=address::INVITE_ALL>
                    <p>
                        "Each gets a link of their own with which they choose a password. It works once, for 7 days. " {have}
                    </p>
                    {again}
                    {has_mail
                        .then(|| {
                            view! {
                                <button class="button button-primary" type="submit" name="how" value="mail">
                                    "Send the links by mail"
                                </button>
                            }
                        })}
                    <p class="muted">
                        "Or download one file with all links, and send them yourself. The file is made this once: Latchkey itself does not keep the links."
                    </p>
                    <button class="button" class:button-primary=!has_mail type="submit">
                        "Download the links (CSV)"
                    </button>
                </form>
            </details>
        }
    })
}

/// How many mails wait and were sent, and those that nobody took.
fn mail_state(mail: MailState) -> impl IntoView {
    let MailState { counts, failed } = mail;
    let mails = |count: u64| counted(count, "mail");
    let progress = (counts.waiting > 0).then(|| {
        view! {
            <p class="notice" role="status">
                {mails(counts.waiting)} " waiting to be sent, " {counts.sent} " sent in the last 24 hours. "
                <a href=AdminSection::Members.path()>"Look again"</a>
            </p>
        }
    });
    let more = counts.failed.saturating_sub(failed.len() as u64);
    let more = (more > 0).then(|| view! { <li class="muted">"And " {mails(more)} " before."</li> });
    let rows = failed
        .into_iter()
        .map(|failed| {
            let page = member_page(failed.member.id);
            view! {
                <li>
                    <a href=page>
                        <bdi>{failed.member.name.to_string()}</bdi>
                    </a>
                    " "
                    <span translate="no">{failed.member.email.to_string()}</span>
                    ": "
                    <span translate="no">{failed.answer}</span>
                </li>
            }
        })
        .collect_view();
    let failures = (counts.failed > 0).then(|| {
        view! {
            <section class="notice notice-warning mails-failed" aria-labelledby="mails-failed">
                <h2 id="mails-failed">{mails(counts.failed)} " could not be delivered"</h2>
                <ul class="bullets">{rows} {more}</ul>
                <form method="post" action=address::RETRY_MAILS>
                    <button class="button" type="submit">
                        "Try again"
                    </button>
                </form>
            </section>
        }
    });
    view! {
        {progress}
        {failures}
    }
}

fn filters(query: MembersQuery, is_filtered: bool) -> impl IntoView {
    let roles = Role::ALL.map(|role| (role.id(), role.label()));
    let states = MemberState::ALL.map(|state| (state.id(), state.label()));
    let (role, state) = (
        query.role.map_or("", Role::id),
        query.state.map_or("", MemberState::id),
    );
    let clear = is_filtered.then(|| {
        view! {
            <a class="button" href=AdminSection::Members.path()>
                "Clear"
            </a>
        }
    });
    view! {
        <form class="members-filters" method="get" action=AdminSection::Members.path() role="search" aria-label="Search the members">
            <div class="field">
                <label class="field-label" for="search">
                    "Name or email"
                </label>
                <input class="input" id="search" name="search" type="search" value=query.search autocomplete="off" />
            </div>
            {any_or_one_of("role", "Role", roles, role)}
            {any_or_one_of("state", "State", states, state)}
            <div class="members-buttons">
                <button class="button" type="submit">
                    "Search"
                </button>
                {clear}
            </div>
        </form>
    }
}

fn row(listed: ListedMember, now: Timestamp) -> impl IntoView {
    let page = member_page(listed.member.id);
    let badges = badges(&listed);
    let seen = match listed.last_active_at {
        Some(at) => view! { "Seen " {time_ago(at, now)} }.into_any(),
        None => "Never here".into_any(),
    };
    let member = listed.member;
    view! {
        <li class="row-item">
            <div class="member-text">
                <h2 class="member-name">
                    <a href=page>
                        <bdi>{member.name.to_string()}</bdi>
                    </a>
                </h2>
                <p class="muted">
                    <span translate="no">{member.email.to_string()}</span>
                    {member.email_verified.then_some(" · verified")}
                </p>
            </div>
            <p class="roster-badges">{badges}</p>
            <p class="muted roster-seen">{seen}</p>
        </li>
    }
}

/// The role of all but plain members, and the state of those who cannot get in.
fn badges(listed: &ListedMember) -> impl IntoView + use<> {
    let role = listed.member.role;
    let role = (role != Role::Member).then(|| view! { <span class="badge badge-host">{role.label()}</span> });
    let state = listed.state();
    let class = match state {
        MemberState::Suspended => "badge badge-paused",
        MemberState::Invited => "badge badge-new",
        MemberState::NotInvited | MemberState::CanSignIn => "badge",
    };
    let state = (state != MemberState::CanSignIn).then(|| view! { <span class=class>{state.label()}</span> });
    view! {
        {role}
        " "
        {state}
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use latchkey_domain::MemberId;

    use super::*;
    use crate::testing::{assert_sound, frame, listed_member, visitor};

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn page(items: Vec<ListedMember>, query: MembersQuery, (not_invited, invited): (u64, u64)) -> String {
        MembersPage {
            frame: frame(),
            visitor: visitor(true),
            query,
            members: Page {
                total: 120,
                number: 2,
                size: 50,
                items,
            },
            not_invited,
            invited,
            mail: None,
            notice: None,
            now: NOW,
        }
        .to_html()
    }

    #[test]
    fn says_who_can_get_in_and_leads_to_each() {
        let mut suspended = listed_member("Ada <b>Lovelace");
        suspended.member.id = MemberId(7);
        suspended.member.role = Role::Host;
        suspended.member.suspended_at = Some(NOW);
        suspended.last_active_at = Some(NOW.minus(Duration::from_secs(300)));
        let mut invited = listed_member("Bob");
        invited.can_sign_in = false;
        let html = page(vec![suspended, invited], MembersQuery::default(), (0, 0));
        assert_sound(&html);
        for text in [
            "Ada &lt;b&gt;Lovelace",
            "href=\"/admin/members/7\"",
            ">Host</span>",
            ">Suspended</span>",
            ">5 minutes ago</time>",
            ">Not invited yet</span>",
            "Never here",
            "120 people.",
            "Page 2 of 3",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert!(!html.contains("cannot sign in yet") && !html.contains("Clear"));
    }

    #[test]
    fn what_was_asked_for_stays_on_every_page() {
        let query = MembersQuery {
            search: "\"ada\" & co".into(),
            role: Some(Role::Host),
            state: Some(MemberState::Invited),
        };
        let html = page(vec![listed_member("Ada")], query, (0, 0));
        assert_sound(&html);
        let next =
            "href=\"/admin/members?search=%22ada%22+%26+co&amp;role=host&amp;state=invited&amp;page=3\"";
        for text in [
            next,
            "value=\"&quot;ada&quot; &amp; co\"",
            "<option value=\"host\" selected>",
            "<option value=\"invited\" selected>",
            "120 people match.",
            "Clear",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }

    #[test]
    fn inviting_says_how_many_and_keeps_links_that_were_sent() {
        let html = page(vec![], MembersQuery::default(), (300, 12));
        assert_sound(&html);
        assert!(html.contains("312 members cannot sign in yet") && html.contains("Nobody matches"));
        assert!(html.contains("12 of them have a link that works.") && !html.contains(" checked"));
        // All have a link: without the box nothing would happen.
        let html = page(vec![], MembersQuery::default(), (0, 1));
        assert!(
            html.contains("1 member cannot sign in yet") && html.contains(" checked"),
            "{html}"
        );
        let html = page(vec![], MembersQuery::default(), (3, 0));
        assert!(!html.contains("name=\"again\""));
    }
}
