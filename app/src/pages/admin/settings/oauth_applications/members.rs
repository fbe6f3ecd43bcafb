//! `/admin/settings/oauth-applications/{client_id}/members`: the members who are connected to an application.

use latchkey_domain::{Application, Page, Timestamp};
use latchkey_registration::ConnectedMember;
use leptos::prelude::*;

use super::address;
use super::head::plain_head;
use super::tab::Tab;
use crate::components::ask::Ask;
use crate::components::empty_state::empty_state;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor, member_page};
use crate::components::notice::status_notice;
use crate::components::pager::numbered_pager;
use crate::time::time_ago;

/// A page of the members who are connected to an application.
#[derive(Clone, Debug)]
pub struct MembersOfApplicationPage {
    pub frame: Frame,
    pub visitor: Visitor,
    pub application: Application,
    /// How many of its requests failed in the last hour.
    pub failures: u64,
    pub members: Page<ConnectedMember>,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
    /// The time of the request.
    pub now: Timestamp,
}

impl MembersOfApplicationPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            application,
            failures,
            members,
            notice,
            now,
        } = self;
        let client_id = application.client_id.to_string();
        let name = application.spec.name.to_string();
        let head = plain_head(&application, Tab::Members, failures);
        let address = address::members(&client_id);
        let pager = numbered_pager("Pages of the members", &members, |page| {
            format!("{address}?page={page}")
        });
        let list = if members.items.is_empty() {
            empty_state(
                "No members connected",
                "Members who allow this application appear here.",
            )
            .into_any()
        } else {
            let rows = members
                .items
                .into_iter()
                .map(|member| row(member, &client_id, now))
                .collect_view();
            view! { <ul class="row-list members-list">{rows}</ul> }.into_any()
        };
        frame.admin(
            &format!("Members of {name}"),
            visitor,
            AdminSection::OauthApplications,
            Level::Below,
            view! {
                {head}
                <p class="tab-lead">
                    "They allowed this application to act for them. Revoking access takes effect at once; the application has to ask again."
                </p>
                {notice.map(status_notice)}
                {list}
                {pager}
            },
        )
    }
}

fn row(connected: ConnectedMember, client_id: &str, now: Timestamp) -> impl IntoView + use<> {
    let ConnectedMember {
        member,
        name,
        email,
        scopes,
        since,
        last_used_at,
    } = connected;
    let name = name.to_string();
    let label = format!("Revoke access of {name}");
    let action = format!("{}/{}/revoke", address::members(client_id), member);
    let words = if scopes.is_empty() {
        view! { <li>"Nothing at the moment"</li> }.into_any()
    } else {
        let scope = |scope: latchkey_domain::Scope| view! { <li title=scope.id()>{scope.description()}</li> };
        scopes.iter().map(scope).collect_view().into_any()
    };
    let ask = Ask {
        button: "Revoke",
        label: Some(label),
        effect: view! {
            <p class="muted">"It can no longer act for this member, from now on. The member can allow it again."</p>
        }
        .into_any(),
        action,
        confirm: "Revoke access",
        is_danger: true,
    };
    let used = match last_used_at {
        Some(at) => view! { "used " {time_ago(at, now)} }.into_any(),
        None => "not used yet".into_any(),
    };
    view! {
        <li class="row-item">
            <div class="member-text">
                <h2 class="member-name">
                    <a href=member_page(member)>
                        <bdi>{name}</bdi>
                    </a>
                    " "
                    <span class="muted" translate="no">{email.to_string()}</span>
                </h2>
                <ul class="member-scopes">{words}</ul>
                <p class="muted">"Connected " {time_ago(since, now)} " · " {used}</p>
            </div>
            {ask.into_view()}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use latchkey_domain::{MemberId, MemberName};

    use super::*;
    use crate::testing::{application, assert_sound, frame, visitor};

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn connected(id: i64, scopes: &str, last_used_at: Option<Timestamp>) -> ConnectedMember {
        ConnectedMember {
            member: MemberId(id),
            name: MemberName::parse("Ada <b>Lovelace").unwrap(),
            email: "ada@example.com".parse().unwrap(),
            scopes: scopes.parse().unwrap(),
            since: NOW.minus(Duration::from_secs(3 * 86_400)),
            last_used_at,
        }
    }

    fn page(items: Vec<ConnectedMember>, number: u32, total: u64) -> String {
        MembersOfApplicationPage {
            frame: frame(),
            visitor: visitor(true),
            application: application("Mobile <b>App"),
            failures: 3,
            members: Page {
                items,
                number,
                size: 50,
                total,
            },
            notice: None,
            now: NOW,
        }
        .to_html()
    }

    #[test]
    fn says_who_since_when_and_what_and_offers_to_revoke() {
        let used = NOW.minus(Duration::from_secs(300));
        let html = page(vec![connected(7, "read:posts", Some(used))], 1, 1);
        assert_sound(&html);
        for text in [
            "Ada &lt;b&gt;Lovelace",
            "ada@example.com",
            "View posts you have created",
            ">3 days ago</time>",
            "used ",
            ">5 minutes ago</time>",
            "aria-label=\"Revoke access of Ada &lt;b&gt;Lovelace\"",
            "Activity (3 failed)",
            ">Mobile &lt;b&gt;App</span>",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        let action = format!("action=\"{}/7/revoke\"", address::members(&"A".repeat(43)));
        assert!(html.contains(&action), "{html}");
        assert!(!html.contains("Page 1 of"), "{html}");
    }

    #[test]
    fn a_member_who_grants_nothing_now_is_there_too() {
        let html = page(vec![connected(7, "", None)], 1, 1);
        assert!(html.contains("Nothing at the moment"), "{html}");
        assert!(html.contains("not used yet"), "{html}");
    }

    #[test]
    fn many_come_in_pages_and_none_is_said() {
        let html = page(vec![connected(7, "read:posts", None)], 2, 120);
        assert_sound(&html);
        assert!(html.contains("?page=1\"") && html.contains("?page=3\"") && html.contains("Page 2 of 3"));
        let html = page(vec![], 1, 0);
        assert_sound(&html);
        assert!(html.contains("No members connected") && !html.contains("Revoke access"));
    }
}
