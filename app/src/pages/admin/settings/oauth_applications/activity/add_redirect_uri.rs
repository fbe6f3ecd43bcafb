//! `…/activity/{entry}/add-redirect-uri`: asks before registering a redirect URI from an application's activity.

use latchkey_domain::Application;
use latchkey_registration::{ActivityLine, Candidate};
use leptos::prelude::*;

use crate::components::breadcrumb::breadcrumb;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::components::notice::error_notice;
use crate::pages::admin::settings::oauth_applications::address;
use crate::time::exact_time;

/// Asks a host whether to add a redirect URI.
#[derive(Clone, Debug)]
pub struct AddRedirectUriPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The application as it is now.
    pub application: Application,
    /// The request that named the redirect URI.
    pub line: ActivityLine,
    /// Why adding it just failed, as a sentence.
    pub error: Option<String>,
}

impl AddRedirectUriPage {
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
            let action = address::add_redirect_uri(&client_id, line.entry.id);
            view! {
                <form class="confirm-actions" method="post" action=action>
                    <input type="hidden" name="revision" value=application.revision.to_string() />
                    <a class="button" href=address::activity(&client_id)>
                        "Cancel"
                    </a>
                    <button class="button button-primary" type="submit">
                        "Add this redirect URI"
                    </button>
                </form>
            }
            .into_any()
        } else {
            let text = match line.candidate {
                Candidate::Registered => "This redirect URI is registered now. There is nothing to do.",
                Candidate::Full => {
                    "The application has the maximum number of redirect URIs. Remove one to add this one."
                }
                Candidate::OnlyQuery => {
                    "Adding this redirect URI does not help: only its query differs from a registered one. The client must send the registered one exactly, and put what changes into state."
                }
                Candidate::Foreign => {
                    "No registered redirect URI has this host and port, and no host of this network sent this request. Edit the application to add it, and only if it is yours."
                }
                _ => "This redirect URI cannot be added to the application.",
            };
            view! {
                <p class="notice">{text}</p>
                <p class="confirm-actions">
                    <a class="button" href=address::activity(&client_id)>
                        "Back to the activity"
                    </a>
                </p>
            }
            .into_any()
        };
        frame.admin(
            "Add a redirect URI",
            visitor,
            AdminSection::OauthApplications,
            Level::Below,
            view! {
                {breadcrumb(
                    vec![
                        AdminSection::OauthApplications.link(),
                        (format!("Activity of {name}"), address::activity(&client_id)),
                    ],
                )}
                <h1 class="page-title">"Add a redirect URI to " {name.clone()} "?"</h1>
                <p class="page-lead">
                    "Members who allow " {name}
                    " are then sent to this address with a code that gives access to their account. Add it only if it belongs to the application."
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
                                {exact_time(event.at)}
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
    use super::*;
    use crate::testing::{activity_line, application, assert_sound, frame, visitor};

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
        for text in [
            "<strong>https://app.example/&lt;b&gt;</strong>",
            "https://app.example/cb</code>",
            "name=\"revision\" value=\"3\"",
            "192.0.2.1",
        ] {
            assert!(html.contains(text), "{text} in {html}");
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
