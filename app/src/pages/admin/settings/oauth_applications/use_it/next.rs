//! What to do after the program runs.

use latchkey_domain::{Application, RedirectUri, TimeSpan};
use leptos::prelude::*;

use super::environment::Endpoints;
use crate::pages::admin::settings::oauth_applications::address;

/// What the program does, for the integrator.
pub(super) fn next(
    application: &Application,
    redirect_uri: &RedirectUri,
    endpoints: Endpoints,
    code_lifetime: TimeSpan,
) -> impl IntoView + use<> {
    let who = if application.spec.scopes.needs_host() {
        "Open it and sign in as a host, since the scopes include some that only hosts can grant. Press Allow."
    } else {
        "Open it, sign in and press Allow."
    };
    let target = view! { <code class="mono use-uri" translate="no">{redirect_uri.to_string()}</code> };
    let there = if redirect_uri.is_private_use() {
        view! {
            "The browser hands " {target}
            " to your application and does not show where it went. To try this in a terminal, add a redirect URI such as "
            <code class="mono" translate="no">"http://127.0.0.1/callback"</code> " to the application and choose it above."
        }
        .into_any()
    } else if redirect_uri.is_loopback() {
        view! {
            "The browser goes to " {target}
            ". If nothing listens there, the browser shows an error, which does no harm: copy the address from its address bar."
        }
        .into_any()
    } else {
        view! {
            "The browser goes to " {target}
            ". Copy the address from its address bar, before your site uses up the code in it."
        }
        .into_any()
    };
    let in_time = format!(
        "Paste it into the terminal within {}. The code works once, and expires after that time.",
        code_lifetime.in_words()
    );
    let issuer = endpoints.issuer.clone();
    let metadata = format!("{}/.well-known/oauth-authorization-server", endpoints.issuer);
    let schema = format!("{}/schema", endpoints.graphql);
    let activity = address::activity(application.client_id.as_str());
    view! {
        <section class="use-step" aria-labelledby="then">
            <h2 id="then">"3. What happens next"</h2>
            <ol class="use-then">
                <li>"It prints a link. " {who}</li>
                <li>{there}</li>
                <li>{in_time}</li>
            </ol>
            <p class="muted">
                "With a client library instead: set its issuer to " <code class="mono use-uri" translate="no">{issuer}</code>
                ". The callback carries it as " <code class="mono" translate="no">"iss"</code>
                ", and many libraries stop there if they expect another one."
            </p>
            <p class="muted">
                "When something does not work, " <a href=activity>"Activity"</a>
                " says what was wrong. For more, see the " <a href=metadata>"server's metadata"</a> ", the "
                <a href=schema>"GraphQL schema"</a> ", and the integrator's guide, "
                <code class="mono" translate="no">"docs/integrating.md"</code> " in Latchkey's repository."
            </p>
        </section>
    }
}
