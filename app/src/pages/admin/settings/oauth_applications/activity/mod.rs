//! `/admin/settings/oauth-applications/{client_id}/activity`: the history of an application's authorizations and
//! tokens, for a host who helps its integrator.

pub(crate) mod add_redirect_uri;

use latchkey_domain::Timestamp;
use latchkey_registration::{ActivityKind, ActivityLine, ActivityReport, Candidate};
use leptos::prelude::*;

use super::address::{activity, add_redirect_uri};
use crate::components::breadcrumb::breadcrumb;
use crate::components::empty_state::empty_state;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::components::notice::status_notice;
use crate::components::pager::pager;
use crate::components::request_facts::request_facts;
use crate::time::exact_time;

/// A page of an application's activity.
#[derive(Clone, Debug)]
pub struct ActivityPage {
    pub frame: Frame,
    pub visitor: Visitor,
    pub report: ActivityReport,
    /// Whether this page has the newest entries.
    pub is_newest: bool,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
}

impl ActivityPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            report,
            is_newest,
            notice,
        } = self;
        let ActivityReport {
            application,
            lines,
            older,
        } = report;
        let client_id = application.client_id.to_string();
        let name = application.spec.name.to_string();
        let entries = if lines.is_empty() {
            nothing(is_newest)
        } else {
            let rows = lines.into_iter().map(|line| row(line, &client_id)).collect_view();
            view! { <ol class="activity">{rows}</ol> }.into_any()
        };
        frame.admin(
            &format!("Activity of {name}"),
            visitor,
            AdminSection::OauthApplications,
            Level::Below,
            view! {
                {breadcrumb(vec![AdminSection::OauthApplications.link()])}
                <header class="page-header">
                    <div>
                        <h1 class="page-title">"Activity of " {name}</h1>
                        <p class="page-lead">
                            "Authorizations, token exchanges and failures, newest first. The request id is the one the application received in " <code class="mono" translate="no">"X-Request-Id"</code>
                            " and members see on error pages. Identical entries within an hour are counted as one. The newest 500 successes and 500 failures are kept."
                        </p>
                    </div>
                    <a class="button" href=activity(&client_id)>
                        "Refresh"
                    </a>
                </header>
                {notice.map(status_notice)}
                {entries}
                {pager(
                    "Pages of the activity",
                    (!is_newest).then(|| activity(&client_id)),
                    older.map(|before| format!("{}?before={before}", activity(&client_id))),
                )}
            },
        )
    }
}

fn nothing(is_newest: bool) -> AnyView {
    let (title, text) = if is_newest {
        (
            "Nothing has happened yet",
            "Entries appear here when someone authorizes this application or a request fails.",
        )
    } else {
        (
            "There is nothing older",
            "Older entries were removed to make room for newer ones.",
        )
    };
    empty_state(title, text).into_any()
}

fn row(line: ActivityLine, client_id: &str) -> impl IntoView + use<> {
    let ActivityLine {
        entry,
        member,
        candidate,
    } = line;
    let (event, again) = (entry.event, again(entry.times, entry.last_at));
    let member = match (event.member, member) {
        (_, Some(member)) => Some(member.name.to_string()),
        (Some(_), None) => Some("a member who was removed".to_owned()),
        (None, None) => None,
    };
    let failed = (!event.succeeded).then(|| view! { <span class="badge badge-failed">"Failed"</span> });
    let class = if event.succeeded {
        "activity-row"
    } else {
        "activity-row activity-failed"
    };
    view! {
        <li class=class>
            <p class="activity-head">
                <strong>{kind(event.kind)}</strong>
                {failed}
                <span class="muted">{exact_time(event.at)}</span>
                {again}
            </p>
            <p class="activity-message">{message(&event.message)}</p>
            <p class="muted activity-facts">
                {member.map(|name| view! { <span>{name}</span> })}
                {request_facts(event.address, event.request_id)}
            </p>
            {offer(candidate, entry.id, client_id)}
        </li>
    }
}

/// How often it happened, if more than once.
fn again(times: u32, last_at: Timestamp) -> Option<impl IntoView + use<>> {
    (times > 1).then(|| {
        view! {
            <span class="muted">
                {times.to_string()} " times, last "
                {exact_time(last_at)}
            </span>
        }
    })
}

/// The message of an entry, with text between backticks as code.
fn message(text: &str) -> impl IntoView + use<> {
    text.split('`')
        .enumerate()
        .map(|(index, part)| {
            let part = part.to_owned();
            if index % 2 == 1 {
                view! { <code class="mono" translate="no">{part}</code> }.into_any()
            } else {
                part.into_any()
            }
        })
        .collect_view()
}

/// The action for a redirect URI that was not registered.
fn offer(candidate: Candidate, entry: i64, client_id: &str) -> Option<AnyView> {
    let note = match candidate {
        Candidate::None => return None,
        Candidate::OnlyQuery => {
            "Adding it does not help: the client must send a registered redirect URI exactly as it is registered."
        }
        Candidate::Foreign => {
            "No registered redirect URI has this host and port, and no host of this network sent this request. Edit the application to add it, and only if it is yours."
        }
        Candidate::Registered => "This redirect URI is registered now.",
        Candidate::Full => {
            "The application has the maximum number of redirect URIs. Remove one to add this one."
        }
        Candidate::Addable => {
            let address = add_redirect_uri(client_id, entry);
            let link = view! {
                <p class="activity-offer">
                    <a class="button" href=address>
                        "Add this redirect URI"
                    </a>
                </p>
            };
            return Some(link.into_any());
        }
    };
    Some(view! { <p class="activity-offer muted">{note}</p> }.into_any())
}

fn kind(kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::Authorization => "Authorization",
        ActivityKind::CodeExchange => "Token exchange",
        ActivityKind::Refresh => "Refresh",
        ActivityKind::Revocation => "Revocation",
        ActivityKind::TokenUse => "Use of a token",
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::Timestamp;

    use super::*;
    use crate::testing::{activity_line, application, assert_sound, frame, visitor};

    fn page(lines: Vec<ActivityLine>, is_newest: bool, older: Option<i64>) -> String {
        ActivityPage {
            frame: frame(),
            visitor: visitor(true),
            report: ActivityReport {
                application: application("Mobile <b>App"),
                lines,
                older,
            },
            is_newest,
            notice: None,
        }
        .to_html()
    }

    #[test]
    fn each_entry_says_what_when_who_and_from_where() {
        let mut failed = activity_line(7, Candidate::Addable);
        failed.entry.event.at = Timestamp::from_millis(1_800_000_000_000);
        let html = page(vec![failed], true, None);
        assert_sound(&html);
        for text in [
            "Activity of Mobile &lt;b&gt;App",
            "Authorization",
            "Failed",
            "datetime=\"2027-01-15T08:00:00Z\"",
            ">15 Jan 2027, 08:00:00 UTC</time>",
            "redirect_uri was <code translate=\"no\" class=\"mono\">https://app.example/&lt;b&gt;</code>",
            "a member who was removed",
            "192.0.2.1",
            "0123456789abcdef",
            "Add this redirect URI",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        let form = format!("href=\"{}/7/add-redirect-uri\"", activity(&"A".repeat(43)));
        assert!(html.contains(&form), "{html}");
        assert!(!html.contains("rel=\"next\"") && !html.contains("Newest"));
    }

    #[test]
    fn only_what_can_be_added_is_offered() {
        for (candidate, text) in [
            (Candidate::None, None),
            (Candidate::Registered, Some("is registered now")),
            (Candidate::Full, Some("the maximum number of redirect URIs")),
        ] {
            let html = page(vec![activity_line(7, candidate)], true, None);
            assert_sound(&html);
            assert!(!html.contains("add-redirect-uri"));
            assert!(text.is_none_or(|text| html.contains(text)), "{html}");
        }
    }

    #[test]
    fn pages_lead_on_and_back() {
        let html = page(vec![activity_line(7, Candidate::None)], false, Some(7));
        assert_sound(&html);
        assert!(html.contains("activity?before=7\"") && html.contains("Newest"));
    }

    #[test]
    fn an_empty_list_says_why() {
        for (is_newest, text) in [
            (true, "Nothing has happened yet"),
            (false, "There is nothing older"),
        ] {
            let html = page(vec![], is_newest, None);
            assert_sound(&html);
            assert!(html.contains(text));
        }
    }
}
