//! `/admin/settings/oauth-applications/import`: registers the application of an exported file.

use leptos::prelude::*;

use crate::components::breadcrumb::breadcrumb;
use crate::components::document::escaped;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::components::notice::error_notice;

/// The form, and what was wrong with what was sent.
#[derive(Clone, Debug)]
pub struct ImportApplicationPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The text that was sent.
    pub text: String,
    /// What is wrong with it, as sentences.
    pub errors: Vec<String>,
}

impl ImportApplicationPage {
    /// The form, empty.
    pub fn new(frame: Frame, visitor: Visitor) -> Self {
        Self {
            frame,
            visitor,
            text: String::new(),
            errors: Vec::new(),
        }
    }

    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            text,
            errors,
        } = self;
        let invalid = (!errors.is_empty()).then_some("true");
        frame.admin(
            "Import an application",
            visitor,
            AdminSection::OauthApplications,
            Level::Below,
            view! {
                {breadcrumb(vec![AdminSection::OauthApplications.link()])}
                <h1 class="page-title">"Import an application"</h1>
                <p class="page-lead">
                    "Registers an application from a file that another Latchkey exported. It keeps its client ID and gets a new secret."
                </p>
                {errors.into_iter().map(error_notice).collect_view()}
                <form class="stack" method="post" action="/admin/settings/oauth-applications/import" enctype="multipart/form-data">
                    <div class="field">
                        <label class="field-label" for="file">
                            "File"
                        </label>
                        <input class="input" id="file" name="file" type="file" accept=".json,application/json" />
                    </div>
                    <div class="field">
                        <label class="field-label" for="json">
                            "Or paste its JSON"
                        </label>
                        <p class="field-hint" id="json-hint">
                            "Leave out "
                            <code class="mono" translate="no">"client_id"</code> " to get a new client ID."
                        </p>
                        <textarea
                            class="input mono"
                            id="json"
                            name="json"
                            rows="12"
                            autocomplete="off"
                            autocapitalize="none"
                            spellcheck="false"
                            translate="no"
                            aria-describedby="json-hint"
                            aria-invalid=invalid
                            inner_html=escaped(&text)
                        ></textarea>
                    </div>
                    <div class="confirm-actions">
                        <a class="button" href=AdminSection::OauthApplications.path()>
                            "Cancel"
                        </a>
                        <button class="button button-primary" type="submit">
                            "Import"
                        </button>
                    </div>
                </form>
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

    #[test]
    fn keeps_what_was_sent_and_says_what_is_wrong() {
        let page = ImportApplicationPage::new(frame(), visitor(true));
        let html = page.clone().to_html();
        assert_sound(&html);
        assert!(!html.contains("role=\"alert\"") && html.contains("multipart/form-data"));
        let html = ImportApplicationPage {
            text: "{ <b> &lt; </textarea>".into(),
            errors: vec!["The application name cannot be blank.".into()],
            ..page
        }
        .to_html();
        assert_sound(&html);
        let shown = ">{ &lt;b&gt; &amp;lt; &lt;/textarea&gt;</textarea>";
        assert!(html.contains(shown), "{html}");
        assert!(html.contains("cannot be blank.") && html.contains("aria-invalid=\"true\""));
    }
}
