//! `…/activity/{entry}/add-scopes`: asks before registering scopes from an application's activity.

use latchkey_domain::{Application, ScopeSet};
use latchkey_registration::ActivityLine;
use leptos::prelude::*;

use super::fix::named;
use super::question::Question;
use crate::pages::admin::settings::oauth_applications::address;

pub(super) fn question(application: &Application, line: &ActivityLine) -> Question {
    let scopes = line.addable_scopes();
    let (facts, act) = if scopes.is_empty() {
        (
            None,
            Err("These scopes are registered now. There is nothing to do."),
        )
    } else {
        let action = address::add_scopes(application.client_id.as_str(), line.entry.id);
        let label = format!("Add {}", named(scopes));
        (Some(facts(scopes, application).into_any()), Ok((label, action)))
    };
    Question {
        title: "Add scopes",
        lead: format!(
            "{} can then ask members for more. Nobody is connected with more than before: each member has to allow it, through the application's link.",
            application.spec.name
        ),
        facts,
        act,
    }
}

fn facts(scopes: ScopeSet, application: &Application) -> impl IntoView + use<> {
    let new = scopes
        .iter()
        .map(|scope| {
            view! {
                <li>
                    <code class="mono" translate="no">{scope.id()}</code>
                    " "
                    {scope.description()}
                    {scope.is_host_only().then_some(" (only hosts can grant it)")}
                </li>
            }
        })
        .collect_view();
    let registered = application
        .spec
        .scopes
        .iter()
        .map(|scope| view! { <code class="mono value value-line" translate="no">{scope.id()}</code> })
        .collect_view();
    view! {
        <dl class="facts">
            <div class="fact">
                <dt>"New"</dt>
                <dd>
                    <ul class="plain-list">{new}</ul>
                </dd>
            </div>
            <div class="fact">
                <dt>"Registered"</dt>
                <dd>{registered}</dd>
            </div>
        </dl>
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::Scope;
    use latchkey_registration::Candidate;

    use super::super::add::{AddFromActivityPage, Addition};
    use crate::testing::{activity_line, application, assert_sound, frame, visitor};

    fn page(scopes: &[Scope], error: Option<&str>) -> String {
        let mut line = activity_line(7, Candidate::None);
        line.entry.event.missing_scopes = scopes.iter().copied().collect();
        line.application = Some(application("CRM"));
        AddFromActivityPage {
            frame: frame(),
            visitor: visitor(true),
            application: application("CRM"),
            line,
            error: error.map(str::to_owned),
            what: Addition::Scopes,
        }
        .to_html()
    }

    #[test]
    fn shows_what_is_new_beside_what_is_registered() {
        let html = page(&[Scope::WritePosts], Some("Somebody else changed it."));
        assert_sound(&html);
        for text in [
            "Add write:posts",
            ">read:posts</code>",
            "name=\"revision\" value=\"3\"",
            "role=\"alert\"",
            "/activity/7/add-scopes\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }

    #[test]
    fn what_is_registered_is_not_added_again() {
        let html = page(&[Scope::ReadPosts], None);
        assert_sound(&html);
        assert!(html.contains("registered now") && !html.contains("name=\"revision\""));
    }
}
