//! `/admin/settings/oauth-applications/{client_id}/activity`: what happened to an application's authorizations and
//! tokens, for the host who helps its integrator.

use latchkey_domain::Timestamp;
use latchkey_registration::{ActivityKind, ActivityLine, ActivityReport, Candidate};
use leptos::prelude::*;

use super::account::outcome;
use super::layout::{Frame, Section, Visitor};
use super::when::{iso, moment};

/// The address of an application's activity.
pub(super) fn address(client_id: &str) -> String {
    format!("/admin/settings/oauth-applications/{client_id}/activity")
}

/// A page of an application's activity.
#[derive(Clone, Debug)]
pub struct ActivityPage {
    /// What stands around it.
    pub frame: Frame,
    /// Who is signed in.
    pub visitor: Visitor,
    /// What is shown.
    pub report: ActivityReport,
    /// Whether it is the page with the newest entries.
    pub is_newest: bool,
    /// What was just done, in a sentence.
    pub notice: Option<String>,
}

impl ActivityPage {
    /// The document.
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
            Section::OauthApplications,
            view! {
                <p class="trail">
                    <a href="/admin/settings/oauth-applications">"OAuth Applications"</a>
                </p>
                <header class="page-header">
                    <div>
                        <h1 class="page-title">"Activity of " {name}</h1>
                        <p class="page-lead">
                            "Authorizations, token exchanges and failures, the newest first. The request id is the one that the application got in " <code class="mono" translate="no">"X-Request-Id"</code>
                            " and members see on error pages. Equal entries within an hour are counted as one. The newest 500 successes and 500 failures are kept."
                        </p>
                    </div>
                    <a class="button" href=address(&client_id)>
                        "Refresh"
                    </a>
                </header>
                {notice.map(outcome)}
                {entries}
                {pager(&client_id, is_newest, older)}
            },
        )
    }
}

fn nothing(is_newest: bool) -> AnyView {
    let (title, words) = if is_newest {
        (
            "Nothing has happened yet",
            "As soon as somebody authorizes this application, or its first request fails, you read about it here.",
        )
    } else {
        (
            "There is nothing older",
            "What was here has made room for newer entries.",
        )
    };
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p class="muted">{words}</p>
        </div>
    }
    .into_any()
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
                <time class="muted" datetime=iso(event.at)>
                    {moment(event.at)}
                </time>
                {again}
            </p>
            <p class="activity-message">{message(&event.message)}</p>
            <p class="muted activity-facts">
                {member.map(|name| view! { <span>{name}</span> })}
                {event.address.map(|address| view! { <span class="mono" translate="no">{address}</span> })}
                {event
                    .request_id
                    .map(|id| {
                        view! {
                            <span>
                                "Request id " <span class="mono" translate="no">{id}</span>
                            </span>
                        }
                    })}
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
                <time datetime=iso(last_at)>{moment(last_at)}</time>
            </span>
        }
    })
}

/// The words of an entry, in which what stands between backticks is code.
fn message(words: &str) -> impl IntoView + use<> {
    words
        .split('`')
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

/// What can be done about a redirect URI that was not registered.
fn offer(candidate: Candidate, entry: i64, client_id: &str) -> Option<AnyView> {
    let note = match candidate {
        Candidate::None => return None,
        Candidate::OnlyQuery => {
            "Adding it does not help: the client has to send a registered redirect URI to the letter."
        }
        Candidate::Foreign => {
            "No registered redirect URI has this host and port, and no host of the network sent this. Add it in the application's form only if it is yours."
        }
        Candidate::Registered => "This redirect URI is registered by now.",
        Candidate::Full => {
            "The application has as many redirect URIs as it can have; remove one to add this one."
        }
        Candidate::Addable => {
            let address = format!("{}/{entry}/add-redirect-uri", address(client_id));
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

fn pager(client_id: &str, is_newest: bool, older: Option<i64>) -> Option<impl IntoView + use<>> {
    let newest = (!is_newest).then(|| {
        view! {
            <a class="button" href=address(client_id)>
                "Newest"
            </a>
        }
    });
    let next = older.map(|before| {
        view! {
            <a class="button" href=format!("{}?before={before}", address(client_id)) rel="next">
                "Older"
            </a>
        }
    });
    (newest.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label="Pages of the activity">
                {newest}
                {next}
            </nav>
        }
    })
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

    use super::super::layout::tests::{activity_line, application, assert_sound, frame, visitor};
    use super::*;

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
        for words in [
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
            assert!(html.contains(words), "{words} in {html}");
        }
        let form = format!("href=\"{}/7/add-redirect-uri\"", address(&"A".repeat(43)));
        assert!(html.contains(&form), "{html}");
        assert!(!html.contains("rel=\"next\"") && !html.contains("Newest"));
    }

    #[test]
    fn only_what_can_be_added_is_offered() {
        for (candidate, words) in [
            (Candidate::None, None),
            (Candidate::Registered, Some("is registered by now")),
            (Candidate::Full, Some("as many redirect URIs as it can have")),
        ] {
            let html = page(vec![activity_line(7, candidate)], true, None);
            assert_sound(&html);
            assert!(!html.contains("add-redirect-uri"));
            assert!(words.is_none_or(|words| html.contains(words)), "{html}");
        }
    }

    #[test]
    fn pages_lead_on_and_back() {
        let html = page(vec![activity_line(7, Candidate::None)], false, Some(7));
        assert_sound(&html);
        assert!(html.contains("activity?before=7\"") && html.contains("Newest"));
    }

    #[test]
    fn nothing_is_said_in_words() {
        for (is_newest, words) in [
            (true, "Nothing has happened yet"),
            (false, "There is nothing older"),
        ] {
            let html = page(vec![], is_newest, None);
            assert_sound(&html);
            assert!(html.contains(words));
        }
    }
}
