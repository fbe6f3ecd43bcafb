//! The error page.

use leptos::prelude::*;

use crate::components::frame::Frame;
use crate::components::navigation::audit_of;

/// An error, as a heading and a sentence or two.
#[derive(Clone, Debug, Default)]
pub struct ErrorPage {
    pub frame: Frame,
    /// What is wrong.
    pub title: String,
    /// What that means and what to do.
    pub lead: String,
    /// The client id of an application that is not there. The page leads to what the audit trail says about it.
    pub missing_application: Option<String>,
    /// The id of the request, to find more in the log.
    pub request_id: Option<String>,
    /// Whether a host reads the page, who can see the request in Activity.
    pub is_host: bool,
}

impl ErrorPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            title,
            lead,
            missing_application,
            request_id,
            is_host,
        } = self;
        let audit = missing_application.map(|id| {
            view! {
                <p>
                    <a class="button" href=audit_of(&id)>
                        "Look it up in the audit trail"
                    </a>
                </p>
            }
        });
        let entry = request_id.as_ref().filter(|_| is_host).map(|id| {
            view! {
                <p>
                    <a class="button" href=format!("/admin/activity?request={id}")>
                        "See what went wrong"
                    </a>
                </p>
            }
        });
        let heading = title.clone();
        frame.card(
            &title,
            view! {
                <h1 class="panel-title">{heading}</h1>
                <p class="panel-lead">{lead}</p>
                {audit}
                {request_id.map(|id| {
                    view! {
                        <p class="muted">
                            "Request id " <span class="mono" translate="no">{id}</span>
                        </p>
                    }
                })}
                {entry}
                <p>
                    <a href="/">"Back to Home"</a>
                </p>
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame};

    #[test]
    fn names_the_request_and_leads_a_host_to_its_entry() {
        for is_host in [true, false] {
            let page = ErrorPage {
                frame: frame(),
                title: "Something went wrong".into(),
                lead: "Try again.".into(),
                missing_application: None,
                request_id: Some("abc123".into()),
                is_host,
            };
            let html = page.to_html();
            assert_sound(&html);
            assert!(html.contains("abc123"));
            let link = "href=\"/admin/activity?request=abc123\"";
            assert_eq!(html.contains(link), is_host, "{html}");
        }
    }

    #[test]
    fn a_missing_application_leads_to_the_audit_trail() {
        let page = ErrorPage {
            frame: frame(),
            missing_application: Some("A".repeat(43)),
            ..ErrorPage::default()
        };
        let html = page.to_html();
        assert_sound(&html);
        let link = format!("href=\"/admin/audit?target={}\"", "A".repeat(43));
        assert!(html.contains(&link), "{html}");
    }
}
