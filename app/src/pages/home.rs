//! `/`, for signed-in members. Hosts see what is left to do, what needs attention, and how things are.

use latchkey_domain::{ClientId, Timestamp};
use leptos::prelude::*;

use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, MainEntry, Visitor};
use crate::time::time_ago;

/// The home page.
#[derive(Clone, Debug)]
pub struct HomePage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// What only hosts see.
    pub host: Option<HostHome>,
}

/// The network as its hosts see it.
#[derive(Clone, Debug)]
pub struct HostHome {
    pub members: u64,
    pub applications: u64,
    /// How many members are connected to an application.
    pub connected_members: u64,
    pub has_logo: bool,
    /// When `latchkey backup` last made one.
    pub last_backup: Option<Timestamp>,
    /// The applications that failed in the last hour, the first of them.
    pub failing: Vec<Failing>,
    /// How many there are in all.
    pub all_failing: u64,
    /// The time of the request.
    pub now: Timestamp,
}

/// An application that failed in the last hour.
#[derive(Clone, Debug)]
pub struct Failing {
    pub client_id: ClientId,
    pub name: String,
    /// How often.
    pub failures: u64,
    pub latest: Option<String>,
}

impl HomePage {
    pub fn to_html(self) -> String {
        let Self { frame, visitor, host } = self;
        let network = frame.network.clone();
        let name = visitor.name.clone();
        frame.with_top_bar(
            "Home",
            visitor,
            Some(MainEntry::Home),
            view! {
                <h1 class="panel-title">{network}</h1>
                <p class="panel-lead">"Welcome, " {name} "."</p>
                {host.map(of_host)}
                <ul class="row-list">
                    <li class="row-item">
                        <div>
                            <a href="/account/connected-apps">"Connected apps"</a>
                            <p class="muted">"See which applications can use your account, and revoke access."</p>
                        </div>
                    </li>
                    <li class="row-item">
                        <div>
                            <a href="/account/sessions">"Your sessions"</a>
                            <p class="muted">"See where you are signed in, and sign out elsewhere."</p>
                        </div>
                    </li>
                </ul>
            },
        )
    }
}

fn of_host(home: HostHome) -> impl IntoView {
    let checklist = checklist(&home);
    let attention = attention(&home);
    let figures = figures(&home);
    view! {
        {checklist}
        {attention}
        {figures}
        <h2 class="home-title">"Your account"</h2>
    }
}

/// What a new network needs. It is not shown once everything is done.
fn checklist(home: &HostHome) -> impl IntoView + use<> {
    let now = home.now;
    let backup = match home.last_backup {
        Some(at) => view! { "Last made " {time_ago(at, now)} "." }.into_any(),
        None => view! {
            "Never made with "
            <code class="mono" translate="no">"latchkey backup"</code>
            ". The operator makes one with this command; copies made with other tools are not known here."
        }
        .into_any(),
    };
    let people = view! {
        "The operator adds people with "
        <code class="mono" translate="no">"latchkey member add"</code>
        " or "
        <code class="mono" translate="no">"latchkey import"</code>
        "."
    };
    let new_application = format!("{}/new", AdminSection::OauthApplications.path());
    let steps = [
        (home.members > 1, "Add people".into_any(), people.into_any()),
        (
            home.applications > 0,
            view! { <a href=new_application>"Create an application"</a> }.into_any(),
            "Applications use the network on a member’s behalf.".into_any(),
        ),
        (home.last_backup.is_some(), "Make a backup".into_any(), backup),
        (
            home.has_logo,
            view! { <a href=AdminSection::Network.path()>"Give the network a logo"</a> }.into_any(),
            "Members see it at the top of every page and when they sign in.".into_any(),
        ),
    ];
    let all_done = steps.iter().all(|(done, ..)| *done);
    (!all_done).then(|| {
        let steps = steps
            .into_iter()
            .map(|(done, title, text)| {
                let (class, label) = if done {
                    ("badge badge-done", "Done")
                } else {
                    ("badge", "To do")
                };
                view! {
                    <li class="row-item home-step">
                        <div>
                            <strong>{title}</strong>
                            <p class="muted">{text}</p>
                        </div>
                        <span class=class>{label}</span>
                    </li>
                }
            })
            .collect_view();
        view! {
            <h2 class="home-title">"Getting started"</h2>
            <ul class="row-list">{steps}</ul>
        }
    })
}

/// What fails, and how to find more.
fn attention(home: &HostHome) -> impl IntoView + use<> {
    let applications = AdminSection::OauthApplications.path();
    let rows = home
        .failing
        .iter()
        .map(|failing| {
            let address = format!("{applications}/{}/activity", failing.client_id);
            let count = match failing.failures {
                1 => "1 failure in the last hour.".to_owned(),
                many => format!("{many} failures in the last hour."),
            };
            let latest = failing.latest.as_ref().map(|latest| format!(" Latest: {latest}"));
            view! {
                <li class="row-item">
                    <div class="home-text">
                        <a href=address>{failing.name.clone()}</a>
                        <p class="home-failed">{count} {latest}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    let shown = u64::try_from(home.failing.len()).unwrap_or(u64::MAX);
    let more = (home.all_failing > shown).then(|| {
        view! {
            <li class="row-item">
                <a href=format!("{applications}?filter=failing")>{format!("All {} that fail", home.all_failing)}</a>
            </li>
        }
    });
    let list = if home.failing.is_empty() {
        view! { <p class="muted">"No application failed in the last hour."</p> }.into_any()
    } else {
        view! { <ul class="row-list">{rows} {more}</ul> }.into_any()
    };
    view! {
        <h2 class="home-title">"Needs attention"</h2>
        {list}
        <form class="home-find" method="get" action="/admin/activity">
            <div class="field">
                <label class="field-label" for="request">
                    "Find a request"
                </label>
                <p class="field-hint" id="request-hint">
                    "The request id is on every error page and in every answer to an application. "
                    <a href="/admin/activity">"All activity"</a>
                </p>
                <input
                    class="input mono"
                    id="request"
                    name="request"
                    type="text"
                    translate="no"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    required=true
                    aria-describedby="request-hint"
                />
            </div>
            <button class="button" type="submit">
                "Find"
            </button>
        </form>
    }
}

/// How things are.
fn figures(home: &HostHome) -> impl IntoView + use<> {
    let figure = |count: u64, one: &'static str, many: &'static str| {
        view! {
            <li>
                <strong>{count}</strong>
                " "
                {if count == 1 { one } else { many }}
            </li>
        }
    };
    let now = home.now;
    let backup = home
        .last_backup
        .map(|at| view! { <li>"Last backup " {time_ago(at, now)}</li> });
    view! {
        <h2 class="home-title">"How things are"</h2>
        <ul class="home-figures">
            {figure(home.members, "member", "members")}
            <li>
                <a href=AdminSection::OauthApplications.path()>
                    <strong>{home.applications}</strong>
                    " "
                    {if home.applications == 1 { "application" } else { "applications" }}
                </a>
            </li>
            {figure(
                home.connected_members,
                "member is connected to an application",
                "members are connected to an application",
            )}
            {backup}
        </ul>
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::{application, assert_sound, frame, visitor};

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn home() -> HostHome {
        HostHome {
            members: 1,
            applications: 0,
            connected_members: 0,
            has_logo: false,
            last_backup: None,
            failing: vec![],
            all_failing: 0,
            now: NOW,
        }
    }

    fn page(host: Option<HostHome>) -> String {
        let html = HomePage {
            frame: frame(),
            visitor: visitor(host.is_some()),
            host,
        }
        .to_html();
        assert_sound(&html);
        html
    }

    #[test]
    fn members_see_their_account_only() {
        let html = page(None);
        assert!(html.contains("/account/sessions") && html.contains("/account/connected-apps"));
        assert!(
            !html.contains("/admin") && !html.contains("Getting started"),
            "{html}"
        );
    }

    #[test]
    fn a_new_network_has_everything_to_do() {
        let html = page(Some(home()));
        assert_eq!(html.matches(">To do<").count(), 4);
        for text in [
            "href=\"/admin/settings/oauth-applications/new\"",
            "href=\"/admin/settings/network\"",
            "Never made with ",
            "No application failed in the last hour.",
            "action=\"/admin/activity\"",
            "name=\"request\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }

    #[test]
    fn what_is_done_is_not_asked_for() {
        let some = HostHome {
            members: 2,
            applications: 1,
            last_backup: Some(NOW.minus(Duration::from_secs(3 * 86_400))),
            ..home()
        };
        let html = page(Some(some.clone()));
        assert_eq!(
            (html.matches(">Done<").count(), html.matches(">To do<").count()),
            (3, 1)
        );
        assert!(html.contains(">3 days ago</time>"), "{html}");
        let html = page(Some(HostHome {
            has_logo: true,
            ..some
        }));
        assert!(
            !html.contains("Getting started") && html.contains("Last backup "),
            "{html}"
        );
    }

    #[test]
    fn what_fails_is_named_and_leads_to_its_activity() {
        let failing = Failing {
            client_id: application("x").client_id,
            name: "Mobile <b>App".into(),
            failures: 22,
            latest: Some("the secret has 42 characters".into()),
        };
        let html = page(Some(HostHome {
            failing: vec![failing],
            all_failing: 30,
            ..home()
        }));
        for text in [
            "Mobile &lt;b&gt;App",
            "22 failures in the last hour. Latest: the secret has 42 characters",
            "/activity\"",
            "All 30 that fail",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }
}
