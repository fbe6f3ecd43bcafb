//! The question before a redirect URI from an application's activity is registered.

use latchkey_domain::Application;
use latchkey_registration::{ActivityLine, Candidate};
use leptos::prelude::*;

use super::activity::address;
use super::form::error_notice;
use super::layout::{Frame, Section, Visitor};
use super::when::{iso, moment};

/// Asks a host whether to add a redirect URI.
#[derive(Clone, Debug)]
pub struct AddRedirectUriPage {
    /// What stands around it.
    pub frame: Frame,
    /// Who is signed in.
    pub visitor: Visitor,
    /// The application as it is now.
    pub application: Application,
    /// The request that named the redirect URI.
    pub line: ActivityLine,
    /// Why it was not added just now, in a sentence.
    pub error: Option<String>,
}

impl AddRedirectUriPage {
    /// The document.
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            application,
            line,
            error,
        } = self;
        let client_id = application.client_id.to_string();
        let name = application.spec.name.to_string();
        let event = line.entry.event;
        let registered = application
            .spec
            .redirect_uris
            .iter()
            .map(|uri| view! { <code class="mono value value-line" translate="no">{uri.to_string()}</code> })
            .collect_view();
        let act = if line.candidate == Candidate::Addable {
            let action = format!("{}/{}/add-redirect-uri", address(&client_id), line.entry.id);
            view! {
                <form class="confirm-actions" method="post" action=action>
                    <input type="hidden" name="revision" value=application.revision.to_string() />
                    <a class="button" href=address(&client_id)>
                        "Cancel"
                    </a>
                    <button class="button button-primary" type="submit">
                        "Add this redirect URI"
                    </button>
                </form>
            }
            .into_any()
        } else {
            let words = match line.candidate {
                Candidate::Registered => "This redirect URI is registered by now: there is nothing to do.",
                Candidate::Full => {
                    "The application has as many redirect URIs as it can have; remove one to add this one."
                }
                Candidate::OnlyQuery => {
                    "Adding this redirect URI does not help: only its query differs from a registered one. The client has to send that one to the letter, and put what changes into state."
                }
                Candidate::Foreign => {
                    "No registered redirect URI has this host and port, and no host of the network sent this request. Add it in the application's form only if it is yours."
                }
                _ => "This redirect URI cannot be added to the application.",
            };
            view! {
                <p class="notice">{words}</p>
                <p class="confirm-actions">
                    <a class="button" href=address(&client_id)>
                        "Back to the activity"
                    </a>
                </p>
            }
            .into_any()
        };
        frame.admin(
            "Add a redirect URI",
            visitor,
            Section::OauthApplications,
            view! {
                <p class="trail">
                    <a href="/admin/settings/oauth-applications">"OAuth Applications"</a>
                    " / "
                    <a href=address(&client_id)>"Activity of " {name.clone()}</a>
                </p>
                <h1 class="page-title">"Add a redirect URI to " {name.clone()} "?"</h1>
                <p class="page-lead">
                    "Members who allow " {name}
                    " are then sent to this address with a code that lets it act for them. Add it only if it belongs to the application."
                </p>
                <div class="confirm">
                    {error.map(error_notice)} <dl class="facts">
                        <div class="fact">
                            <dt>"New"</dt>
                            <dd>
                                <code class="mono value value-line" translate="no">
                                    <strong>{event.redirect_uri.unwrap_or_default()}</strong>
                                </code>
                            </dd>
                        </div>
                        <div class="fact">
                            <dt>"Registered"</dt>
                            <dd>{registered}</dd>
                        </div>
                        <div class="fact">
                            <dt>"Asked for"</dt>
                            <dd>
                                <time datetime=iso(event.at)>{moment(event.at)}</time>
                                {event.address.map(|address| view! { " from " <span class="mono" translate="no">{address}</span> })}
                            </dd>
                        </div>
                    </dl>
                    {act}
                </div>
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::tests::{activity_line, application, assert_sound, frame, visitor};
    use super::*;

    fn page(candidate: Candidate, error: Option<&str>) -> String {
        AddRedirectUriPage {
            frame: frame(),
            visitor: visitor(true),
            application: application("Mobile App"),
            line: activity_line(7, candidate),
            error: error.map(str::to_owned),
        }
        .to_html()
    }

    #[test]
    fn shows_the_new_one_beside_those_that_are_registered() {
        let html = page(Candidate::Addable, None);
        assert_sound(&html);
        for words in [
            "<strong>https://app.example/&lt;b&gt;</strong>",
            "https://app.example/cb</code>",
            "name=\"revision\" value=\"3\"",
            "192.0.2.1",
        ] {
            assert!(html.contains(words), "{words} in {html}");
        }
        assert!(!html.contains("role=\"alert\""));
    }

    #[test]
    fn says_why_it_was_not_added() {
        let html = page(Candidate::Addable, Some("Somebody else changed it."));
        assert_sound(&html);
        assert!(html.contains("role=\"alert\"") && html.contains("Somebody else changed it."));
    }

    #[test]
    fn what_cannot_be_added_has_no_button() {
        for candidate in [Candidate::None, Candidate::Registered, Candidate::Full] {
            let html = page(candidate, None);
            assert_sound(&html);
            assert!(!html.contains("name=\"revision\""), "{html}");
            assert!(html.contains("Back to the activity"));
        }
    }
}
