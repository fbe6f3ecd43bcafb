//! `/admin/activity`: what happened over all applications, and what belongs to none. With `?request=` it shows the
//! entries of one request.

use latchkey_registration::{ActivityReport, request_id};
use leptos::prelude::*;

use super::settings::oauth_applications::activity::filters::{Shown, filters};
use super::settings::oauth_applications::activity::rows::{Opened, nothing, rows};
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::components::pager::pager;

const PATH: &str = AdminSection::Activity.path();

/// A page of the activity of all applications.
#[derive(Clone, Debug)]
pub struct NetworkActivityPage {
    /// Loads the script `local-time.js`.
    pub frame: Frame,
    pub visitor: Visitor,
    pub report: ActivityReport,
    pub shown: Shown,
    /// The request that is looked for, as typed.
    pub request: Option<String>,
}

impl NetworkActivityPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            report,
            shown,
            request,
        } = self;
        let ActivityReport { lines, older } = report;
        let content = if let Some(request) = &request {
            let entries = if lines.is_empty() {
                not_found(request).into_any()
            } else {
                rows(lines, true, Opened::All).into_any()
            };
            view! {
                {entries}
                <p class="pager">
                    <a class="button" href=PATH>
                        "All activity"
                    </a>
                </p>
            }
            .into_any()
        } else {
            let opened = if shown.search.is_empty() {
                Opened::FirstFailure
            } else {
                Opened::All
            };
            let entries = if lines.is_empty() {
                nothing(shown.is_newest, shown.is_filtered())
            } else {
                rows(lines, true, opened).into_any()
            };
            view! {
                {filters(&shown, true)}
                {entries}
                {pager("Pages of the activity", shown.newest(), shown.older(older))}
            }
            .into_any()
        };
        let level = if request.is_some() {
            Level::Below
        } else {
            Level::Section
        };
        frame.admin(
            "Activity",
            visitor,
            AdminSection::Activity,
            level,
            view! {
                <header class="page-header">
                    <div>
                        <h1 class="page-title">"Activity"</h1>
                        <p class="page-lead">
                            "What happened to all applications, newest first. Requests that name no application of this network are here too: mistyped client ids, and applications that were deleted. Of these the newest 500 of deleted applications and 100 others are kept."
                        </p>
                    </div>
                </header>
                {find_a_request(request)}
                {content}
            },
        )
    }
}

/// The field for the id of an error page or of a response.
fn find_a_request(request: Option<String>) -> impl IntoView {
    view! {
        <form class="activity-search" method="get" action=PATH role="search" aria-label="Find a request">
            <label class="field-label" for="request">
                "Find a request"
            </label>
            <input
                class="input mono"
                translate="no"
                id="request"
                name="request"
                type="search"
                value=request
                placeholder="The id on an error page, or X-Request-Id"
                autocomplete="off"
                spellcheck="false"
            />
            <button class="button" type="submit">
                "Find"
            </button>
        </form>
    }
}

/// Why there is no entry.
fn not_found(request: &str) -> AnyView {
    if request_id(request).is_none() {
        return view! {
            <div class="empty">
                <h2>"This is not a request id"</h2>
                <p class="muted">
                    "A request id has 16 characters, digits and the letters a to f. It is on error pages, and in the header X-Request-Id of every response."
                </p>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="empty">
            <h2>"Nothing was recorded under this id"</h2>
            <p class="muted">"That can have one of these reasons:"</p>
            <ul class="muted empty-reasons">
                <li>"The request worked. Successes that repeat keep only the id of the last one, and most uses of a token leave no entry."</li>
                <li>"It was one of many equal failures. The newest 100 ids of these are kept."</li>
                <li>"There were more than 10 failures in a minute. The rest is counted in the entries that were kept."</li>
                <li>"It sent a token that this server never issued. Nothing says whose it was."</li>
                <li>"It is older than what is kept."</li>
                <li>"It was not about an application, but a page of this site. The server’s log has the cause under the id."</li>
            </ul>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use latchkey_registration::{ActivityLine, Candidate};

    use super::*;
    use crate::testing::{activity_line, application, assert_sound, frame, visitor};

    fn page(lines: Vec<ActivityLine>, request: Option<&str>) -> String {
        NetworkActivityPage {
            frame: frame(),
            visitor: visitor(true),
            report: ActivityReport { lines, older: None },
            shown: Shown {
                path: PATH.into(),
                is_newest: true,
                ..Shown::default()
            },
            request: request.map(str::to_owned),
        }
        .to_html()
    }

    #[test]
    fn each_entry_names_its_application() {
        let mut line = activity_line(7, Candidate::None);
        line.application = Some(application("CRM"));
        let html = page(vec![line], None);
        assert_sound(&html);
        assert!(
            html.contains(">CRM</strong>") && html.contains("/activity\">CRM</a>"),
            "{html}"
        );
        assert!(html.contains("Not matched to an application"), "{html}");
    }

    #[test]
    fn what_belongs_to_no_application_shows_the_client_id_that_was_sent() {
        let mut line = activity_line(7, Candidate::None);
        line.entry.is_matched = false;
        line.entry.event.client = latchkey_registration::SentClientId::new("<script>\n");
        let html = page(vec![line], None);
        assert_sound(&html);
        assert!(html.contains("&lt;script&gt;\u{FFFD}"), "{html}");
    }

    #[test]
    fn a_request_that_is_not_there_says_why_that_can_be() {
        let html = page(vec![], Some("0123456789abcdef"));
        assert_sound(&html);
        assert!(html.contains("Nothing was recorded under this id"), "{html}");
        let html = page(vec![], Some("lk_at_secret"));
        assert!(html.contains("This is not a request id"), "{html}");
    }
}
