//! The error page.

use leptos::prelude::*;

use crate::components::frame::Frame;

/// An error, as a heading and a sentence or two.
#[derive(Clone, Debug, Default)]
pub struct ErrorPage {
    pub frame: Frame,
    /// What is wrong.
    pub title: String,
    /// What that means and what to do.
    pub lead: String,
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
            request_id,
            is_host,
        } = self;
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
}
