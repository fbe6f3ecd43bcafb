//! `/admin/settings/oauth-applications/{client_id}/activity`: the history of an application's authorizations and
//! tokens, for a host who helps its integrator.

pub(crate) mod add;
mod add_redirect_uri;
mod add_scopes;
pub(crate) mod filters;
pub(crate) mod fix;
mod question;
pub(crate) mod rows;

use latchkey_domain::Application;
use latchkey_registration::ActivityReport;
use leptos::prelude::*;

use self::filters::{Shown, filters};
use self::rows::{Opened, nothing, rows};
use super::address::activity;
use super::head::plain_head;
use super::tab::Tab;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::components::notice::status_notice;
use crate::components::pager::pager;

/// A page of an application's activity.
#[derive(Clone, Debug)]
pub struct ActivityPage {
    /// Loads the script `local-time.js`.
    pub frame: Frame,
    pub visitor: Visitor,
    pub application: Application,
    /// How many of its requests failed in the last hour.
    pub failures: u64,
    pub report: ActivityReport,
    pub shown: Shown,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
}

impl ActivityPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            application,
            failures,
            report,
            shown,
            notice,
        } = self;
        let ActivityReport { lines, older } = report;
        let client_id = application.client_id.to_string();
        let name = application.spec.name.to_string();
        let head = plain_head(&application, Tab::Activity, failures);
        let opened = if shown.search.is_empty() {
            Opened::FirstFailure
        } else {
            Opened::All
        };
        let entries = if lines.is_empty() {
            nothing(shown.is_newest, shown.is_filtered())
        } else {
            rows(lines, false, opened).into_any()
        };
        frame.admin(
            &format!("Activity of {name}"),
            visitor,
            AdminSection::OauthApplications,
            Level::Below,
            view! {
                {head}
                <p class="tab-lead">
                    "Newest first. Each failure says what helps. "
                    <a href=activity(&client_id)>"Refresh"</a>
                </p>
                {notice.map(status_notice)}
                {filters(&shown, false)}
                {entries}
                {pager("Pages of the activity", shown.newest(), shown.older(older))}
                <p class="muted kept">
                    "The newest 500 successes and 500 failures are kept. Identical entries within an hour are counted as one. The request ID is the one the application received in "
                    <code class="mono" translate="no">"X-Request-Id"</code> " and members see on error pages."
                </p>
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::Timestamp;
    use latchkey_registration::{ActivityLine, Candidate};

    use super::*;
    use crate::testing::{activity_line, application, assert_sound, frame, visitor};

    fn page(lines: Vec<ActivityLine>, is_newest: bool, older: Option<i64>) -> String {
        ActivityPage {
            frame: frame(),
            visitor: visitor(true),
            application: application("Mobile <b>App"),
            failures: 3,
            report: ActivityReport { lines, older },
            shown: Shown {
                path: activity(&"A".repeat(43)),
                is_newest,
                ..Shown::default()
            },
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
            "<title>Activity of Mobile &lt;b&gt;App · ",
            "Confidential",
            ">Failed</span>",
            "15 Jan 2027, 08:00:00 UTC</time>",
            "redirect_uri was <code translate=\"no\" class=\"mono\">https://app.example/&lt;b&gt;</code>",
            "a member who was removed",
            "192.0.2.1",
            "0123456789abcdef",
            "/activity/7/add-redirect-uri\"",
            "Activity (3 failed)",
            "<details open",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert!(!html.contains("Older"), "{html}");
    }

    #[test]
    fn only_the_first_failure_is_open() {
        let lines = vec![
            activity_line(9, Candidate::Addable),
            activity_line(8, Candidate::Addable),
        ];
        assert_eq!(page(lines, true, None).matches("<details open").count(), 1);
    }

    #[test]
    fn repeats_and_what_was_not_kept_are_counted() {
        let mut line = activity_line(7, Candidate::None);
        line.entry.times = 214;
        line.entry.unkept = 1_204;
        let html = page(vec![line], true, None);
        assert_sound(&html);
        assert!(html.contains("214 times, last <time"), "{html}");
        assert!(html.contains("Not kept: 1,204 more like it"), "{html}");
    }

    #[test]
    fn there_is_a_way_to_older_and_to_the_newest_entries() {
        let lines = || vec![activity_line(7, Candidate::None)];
        let html = page(lines(), true, Some(7));
        assert!(
            html.contains("?before=7\"") && !html.contains(">Newest<"),
            "{html}"
        );
        let html = page(lines(), false, None);
        assert!(html.contains(">Newest<") && !html.contains(">Older<"), "{html}");
        for is_newest in [true, false] {
            assert_sound(&page(vec![], is_newest, None));
        }
    }
}
