//! `/admin/headless-api/explorer`: `GraphiQL` with a token for an application that the host chooses.

use latchkey_domain::{Application, ScopeSet, counted};
use leptos::prelude::*;

use crate::components::breadcrumb::breadcrumb;
use crate::components::empty_state::empty_state;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Visitor};
use crate::components::notice::error_notice;

const EXPLORER: &str = "/admin/headless-api/explorer";

/// The explorer.
#[derive(Clone, Debug)]
pub struct ExplorerPage {
    /// Loads `graphiql.css`, `graphiql.js` and `explorer.js` if there is a token.
    pub frame: Frame,
    pub visitor: Visitor,
    /// The path of the endpoint.
    pub endpoint: String,
    /// The applications to choose from, and whether there are more.
    pub choices: (Vec<Application>, bool),
    /// The client id of the chosen application.
    pub chosen: Option<String>,
    /// The explorer's token, after the host has authorized it.
    pub pass: Option<Pass>,
    /// Why there is no token, if something went wrong.
    pub problem: Option<String>,
}

/// A token, and what the page says about it.
#[derive(Clone)]
pub struct Pass {
    /// The access token.
    pub token: String,
    /// Its scopes.
    pub scopes: ScopeSet,
    /// Its lifetime in seconds.
    pub expires_in: u64,
    /// The initial query of the explorer.
    pub query: String,
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pass({}, …)", self.scopes)
    }
}

impl ExplorerPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            endpoint,
            choices: (applications, more),
            chosen,
            pass,
            problem,
        } = self;
        let has_token = pass.is_some();
        let content = match pass {
            Some(pass) => explorer(&pass, endpoint, chosen.as_deref()),
            None if applications.is_empty() => nothing_to_choose(),
            None => empty_state(
                "Choose an application",
                "The explorer calls the API as one of your applications, with a token that has its scopes. You authorize it as a member would, and then return here.",
            )
            .into_any(),
        };
        let bar = (!applications.is_empty()).then(|| chooser(applications, more, chosen, has_token));
        frame.admin_wide(
            "API explorer",
            visitor,
            view! {
                <div class="explorer-head">
                    {breadcrumb(vec![AdminSection::HeadlessApi.link()])}
                    <h1 class="page-title">"API explorer"</h1>
                    {problem.map(error_notice)}
                    {bar}
                </div>
                {content}
            },
        )
    }
}

/// The form that starts an authorization with an application.
fn chooser(
    applications: Vec<Application>,
    more: bool,
    chosen: Option<String>,
    has_token: bool,
) -> impl IntoView {
    let options = applications
        .into_iter()
        .map(|application| {
            let id = application.client_id.to_string();
            let selected = chosen.as_deref() == Some(id.as_str());
            view! {
                <option value=id selected=selected>
                    {application.spec.name.to_string()}
                </option>
            }
        })
        .collect_view();
    let more = more.then(|| {
        view! { <p class="muted field-hint">"Only the newest are listed. For others, use “Try it” on their card."</p> }
    });
    let (label, class) = if has_token {
        ("Get another token", "button")
    } else {
        ("Get a token", "button button-primary")
    };
    view! {
        <form class="explorer-form" method="post" action=EXPLORER>
            <label class="field-label" for="application">
                "Act as"
            </label>
            <select class="input" id="application" name="application">
                {options}
            </select>
            <button class=class type="submit">
                {label}
            </button>
        </form>
        {more}
    }
}

fn explorer(pass: &Pass, endpoint: String, chosen: Option<&str>) -> AnyView {
    let address = chosen.map_or_else(
        || EXPLORER.to_owned(),
        |id| format!("{EXPLORER}?application={id}"),
    );
    let scopes = pass
        .scopes
        .iter()
        .map(|scope| view! { <li class="chip mono" translate="no" title=scope.description()>{scope.id()}</li> })
        .collect_view();
    let minutes = counted(pass.expires_in.div_ceil(60), "minute");
    let view = view! {
        <div class="explorer-facts">
            <ul class="chips" aria-label="Scopes of the token">
                {scopes}
            </ul>
            <p class="muted">"The token expires in " {minutes} " and is discarded when you leave this page."</p>
        </div>
        <div
            class="explorer"
            id="explorer"
            translate="no"
            data-endpoint=endpoint
            data-token=pass.token.clone()
            data-query=pass.query.clone()
            data-address=address
        >
            <p class="muted explorer-wait">"Opening the explorer…"</p>
            <noscript>
                <p class="explorer-wait">"The explorer needs JavaScript, which this browser does not run."</p>
            </noscript>
        </div>
    };
    view.into_any()
}

fn nothing_to_choose() -> AnyView {
    view! {
        <div class="empty">
            <h2>"No applications yet"</h2>
            <p class="muted">"The explorer acts as one of your applications. Create one first."</p>
            <a class="button button-primary" href="/admin/settings/oauth-applications/new">
                "New OAuth Application"
            </a>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{application, assert_sound, frame, visitor};

    fn page(applications: Vec<Application>, pass: Option<Pass>, problem: Option<&str>) -> String {
        let html = ExplorerPage {
            frame: frame(),
            visitor: visitor(true),
            endpoint: "/networks/club/graphql".into(),
            choices: (applications, false),
            chosen: Some("A".repeat(43)),
            pass,
            problem: problem.map(str::to_owned),
        }
        .to_html();
        assert_sound(&html);
        html
    }

    #[test]
    fn without_applications_there_is_nothing_to_choose() {
        let html = page(vec![], None, None);
        assert!(html.contains("No applications yet") && !html.contains("<select"));
    }

    #[test]
    fn without_a_token_it_asks_for_an_application() {
        let html = page(
            vec![application("Mobile <b>App")],
            None,
            Some("the member declined"),
        );
        for text in [
            "Choose an application",
            "selected>Mobile &lt;b&gt;App</option>",
            "Get a token",
            "the member declined",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert!(!html.contains("data-token"));
    }

    #[test]
    fn with_a_token_it_shows_its_scopes() {
        let pass = Pass {
            token: "lk_at_secret".into(),
            scopes: "read:posts".parse().unwrap(),
            expires_in: 3_600,
            query: "{ me { id } } # \"<>".into(),
        };
        assert!(!format!("{pass:?}").contains("secret"));
        let html = page(vec![application("App")], Some(pass), None);
        for text in [
            "data-token=\"lk_at_secret\"",
            "data-query=\"{ me { id } } # &quot;&lt;&gt;\"",
            "expires in 60 minutes",
            "Get another token",
            ">read:posts</li>",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }
}
