//! `…/activity/{entry}/add-redirect-uri`: asks before registering a redirect URI from an application's activity.

use latchkey_domain::Application;
use latchkey_registration::{ActivityLine, Candidate};
use leptos::prelude::*;

use super::question::Question;
use crate::pages::admin::settings::oauth_applications::address;
use crate::time::exact_time;

pub(super) fn question(application: &Application, line: ActivityLine) -> Question {
    let act = match line.candidate {
        Candidate::Addable => Ok((
            "Add this redirect URI".to_owned(),
            address::add_redirect_uri(application.client_id.as_str(), line.entry.id),
        )),
        Candidate::Registered => Err("This redirect URI is registered now. There is nothing to do."),
        Candidate::Full => {
            Err("The application has the maximum number of redirect URIs. Remove one to add this one.")
        }
        Candidate::OnlyQuery => Err(
            "Adding this redirect URI does not help: only its query differs from a registered one. The client must send the registered one exactly, and put what changes into state.",
        ),
        Candidate::Foreign => Err(
            "No registered redirect URI has this host and port, and no host of this network sent this request. Edit the application to add it, and only if it is yours.",
        ),
        Candidate::None => Err("This redirect URI cannot be added to the application."),
    };
    let event = line.entry.event;
    let registered = application
        .spec
        .redirect_uris
        .iter()
        .map(|uri| view! { <code class="mono value value-line" translate="no">{uri.to_string()}</code> })
        .collect_view();
    let facts = view! {
        <dl class="facts">
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
    };
    Question {
        title: "Add a redirect URI",
        lead: format!(
            "Members who allow {} are then sent to this address with a code that gives access to their account. Add it only if it belongs to the application.",
            application.spec.name
        ),
        facts: Some(facts.into_any()),
        act,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::admin::settings::oauth_applications::activity::add::{AddFromActivityPage, Addition};
    use crate::testing::{activity_line, application, assert_sound, frame, visitor};

    fn page(candidate: Candidate, error: Option<&str>) -> String {
        AddFromActivityPage {
            frame: frame(),
            visitor: visitor(true),
            application: application("Mobile App"),
            line: activity_line(7, candidate),
            error: error.map(str::to_owned),
            what: Addition::RedirectUri,
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
