//! `/account/connected-apps`: the applications that a member has allowed.

use latchkey_domain::Timestamp;
use latchkey_oauth::{ConnectedApp, Disconnected};
use leptos::prelude::*;

use super::navigation::AccountPage;
use crate::components::connected_app_row::connected_app_row;
use crate::components::frame::Frame;
use crate::components::navigation::Visitor;
use crate::components::notice::status_notice;
use crate::time::time_ago;

/// The applications that a member has allowed.
#[derive(Clone, Debug)]
pub struct ConnectedAppsPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The applications, last used first.
    pub connections: Vec<ConnectedApp>,
    /// Applications that a change of password disconnected.
    pub disconnected: Vec<Disconnected>,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
    /// The time of the request.
    pub now: Timestamp,
}

impl ConnectedAppsPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            connections,
            disconnected,
            notice,
            now,
        } = self;
        let list = if connections.is_empty() {
            view! {
                <div class="empty account-empty">
                    <h2>"No connected apps"</h2>
                    <p class="muted">
                        "Applications you allow appear here. You can revoke access at any time."
                    </p>
                </div>
            }
            .into_any()
        } else {
            let rows = connections
                .into_iter()
                .map(|connection| connected_app_row(connection, "/account/connected-apps", now))
                .collect_view();
            view! { <ul class="row-list">{rows}</ul> }.into_any()
        };
        AccountPage::ConnectedApps.to_html(
            "Connected apps",
            frame,
            visitor,
            view! {
                <p class="panel-lead">
                    "These applications can use your account. Revoking access takes effect at once; the application has to ask you again."
                </p>
                {notice.map(status_notice)}
                {list}
                {ended_with_the_password(disconnected, now)}
            },
        )
    }
}

fn ended_with_the_password(disconnected: Vec<Disconnected>, now: Timestamp) -> impl IntoView {
    (!disconnected.is_empty()).then(|| {
        let rows = disconnected
            .into_iter()
            .map(|Disconnected { application, at }| {
                view! {
                    <li>
                        <span translate="no">{application.to_string()}</span> " · disconnected " {time_ago(at, now)}
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="account-ended">
                <h2>"Disconnected when your password changed"</h2>
                <p class="muted">
                    "These applications no longer have access to your account. To use one again, connect it from the application."
                </p>
                <ul class="bullets">{rows}</ul>
            </section>
        }
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use latchkey_domain::ScopeSet;

    use super::*;
    use crate::testing::{application, assert_sound, frame, visitor};

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn page(connections: Vec<ConnectedApp>) -> String {
        ConnectedAppsPage {
            frame: frame(),
            visitor: visitor(false),
            connections,
            disconnected: vec![],
            notice: None,
            now: NOW,
        }
        .to_html()
    }

    #[test]
    fn says_what_each_application_can_do_and_since_when() {
        let connection = ConnectedApp {
            application: application("Mobile <b>App"),
            scopes: "read:posts host:read:network_events".parse().unwrap(),
            since: NOW.minus(Duration::from_secs(3 * 86_400)),
            last_used_at: Some(NOW.minus(Duration::from_secs(300))),
        };
        let html = page(vec![connection]);
        assert_sound(&html);
        for text in [
            "Mobile &lt;b&gt;App",
            "View posts you have created",
            "View events in the network",
            "Host only",
            ">3 days ago</time>",
            "Last used ",
            ">5 minutes ago</time>",
            "aria-label=\"Revoke access of Mobile &lt;b&gt;App\"",
            "href=\"/account/sessions\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert!(html.contains(&format!(
            "action=\"/account/connected-apps/{}/revoke\"",
            "A".repeat(43)
        )));
    }

    #[test]
    fn an_application_that_can_do_nothing_is_there_too() {
        let mut paused = application("Mobile App");
        paused.paused_at = Some(NOW);
        let html = page(vec![ConnectedApp {
            application: paused,
            scopes: ScopeSet::EMPTY,
            since: NOW,
            last_used_at: None,
        }]);
        assert_sound(&html);
        assert!(html.contains("It has no access at the moment") && html.contains("Not used yet"));
        assert!(html.contains("Paused by a host"));
    }

    #[test]
    fn an_empty_list_says_so() {
        let html = page(vec![]);
        assert_sound(&html);
        assert!(html.contains("No connected apps") && !html.contains("Revoke access"));
    }

    #[test]
    fn what_a_change_of_password_disconnected_is_named() {
        let html = ConnectedAppsPage {
            frame: frame(),
            visitor: visitor(false),
            connections: vec![],
            disconnected: vec![Disconnected {
                application: application("Mobile <b>App").spec.name,
                at: NOW.minus(Duration::from_secs(3 * 86_400)),
            }],
            notice: None,
            now: NOW,
        }
        .to_html();
        assert_sound(&html);
        for text in [
            "Disconnected when your password changed",
            "Mobile &lt;b&gt;App",
            ">3 days ago</time>",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }
}
