//! `…/activity/{entry}/add-scopes`: asks before registering scopes from an application's activity.

use latchkey_domain::{Application, ScopeSet};
use latchkey_registration::ActivityLine;
use leptos::prelude::*;

use super::fix::named;
use crate::components::breadcrumb::breadcrumb;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::components::notice::error_notice;
use crate::pages::admin::settings::oauth_applications::address;

/// Asks a host whether to register scopes.
#[derive(Clone, Debug)]
pub struct AddScopesPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The application as it is now.
    pub application: Application,
    /// The request that asked for the scopes.
    pub line: ActivityLine,
    /// Why adding them just failed, as a sentence.
    pub error: Option<String>,
}

impl AddScopesPage {
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
        let activity = address::activity(&client_id);
        let scopes = line.addable_scopes();
        let content = if scopes.is_empty() {
            view! {
                <p class="notice">"These scopes are registered now. There is nothing to do."</p>
                <p class="confirm-actions">
                    <a class="button" href=activity.clone()>
                        "Back to the activity"
                    </a>
                </p>
            }
            .into_any()
        } else {
            question(scopes, &application, line.entry.id).into_any()
        };
        frame.admin(
            "Add scopes",
            visitor,
            AdminSection::OauthApplications,
            Level::Below,
            view! {
                {breadcrumb(
                    vec![AdminSection::OauthApplications.link(), (format!("Activity of {name}"), activity)],
                )}
                <h1 class="page-title">"Add scopes to " {name.clone()} "?"</h1>
                <p class="page-lead">
                    {name}
                    " can then ask members for more. Nobody is connected with more than before: each member has to allow it, through the application's link."
                </p>
                <div class="confirm">{error.map(error_notice)} {content}</div>
            },
        )
    }
}

fn question(scopes: ScopeSet, application: &Application, entry: i64) -> impl IntoView + use<> {
    let activity = address::activity(application.client_id.as_str());
    let action = format!("{activity}/{entry}/add-scopes");
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
        <form class="confirm-actions" method="post" action=action>
            <input type="hidden" name="revision" value=application.revision.to_string() />
            <a class="button" href=activity>
                "Cancel"
            </a>
            <button class="button button-primary" type="submit">
                "Add " {named(scopes)}
            </button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::Scope;
    use latchkey_registration::Candidate;

    use super::*;
    use crate::testing::{activity_line, application, assert_sound, frame, visitor};

    fn page(scopes: &[Scope], error: Option<&str>) -> String {
        let mut line = activity_line(7, Candidate::None);
        line.entry.event.missing_scopes = scopes.iter().copied().collect();
        line.application = Some(application("CRM"));
        AddScopesPage {
            frame: frame(),
            visitor: visitor(true),
            application: application("CRM"),
            line,
            error: error.map(str::to_owned),
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
