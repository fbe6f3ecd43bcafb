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
}

impl ErrorPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            title,
            lead,
            request_id,
        } = self;
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
    fn names_the_request() {
        let page = ErrorPage {
            frame: frame(),
            title: "Something went wrong".into(),
            lead: "Try again.".into(),
            request_id: Some("abc123".into()),
        };
        let html = page.to_html();
        assert_sound(&html);
        assert!(html.contains("abc123"));
    }
}
