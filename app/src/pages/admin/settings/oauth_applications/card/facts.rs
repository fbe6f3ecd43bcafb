//! What the host chose for an application, as the card shows it.

use latchkey_domain::{ClientType, Scope};
use leptos::prelude::*;

use crate::components::live_text::live_text;
use crate::functions::applications::card::ApplicationCard;

/// The rows of the card.
pub(super) fn facts(card: &ApplicationCard) -> AnyView {
    let redirect_uris: Vec<_> = card
        .form
        .redirect_uris
        .lines()
        .map(|uri| view! { <code class="mono value value-line" translate="no">{uri.to_owned()}</code> })
        .collect();
    let scopes: Vec<_> = card
        .form
        .scopes
        .iter()
        .filter_map(|id| id.parse::<Scope>().ok())
        .map(|scope| {
            let host = scope.is_host_only();
            view! {
                <li
                    class=if host { "chip mono chip-host" } else { "chip mono" }
                    translate="no"
                    title=scope.description()
                >
                    {scope.id()}
                    {host.then(|| view! { <span class="chip-mark">"Host"</span> })}
                </li>
            }
        })
        .collect();
    let client_type = if card.form.confidential {
        ClientType::Confidential
    } else {
        ClientType::Public
    };
    view! {
        <div class="fact">
            <dt>"Redirect URI"</dt>
            <dd>{redirect_uris}</dd>
        </div>
        <div class="fact">
            <dt>"Type"</dt>
            <dd>{live_text(client_type.label())}</dd>
        </div>
        <div class="fact">
            <dt>"Scopes"</dt>
            <dd>
                <ul class="chips">{scopes}</ul>
            </dd>
        </div>
        <div class="fact">
            <dt>"Consent screen"</dt>
            <dd>{live_text(if card.form.skip_consent { "Skipped" } else { "Shown" })}</dd>
        </div>
    }
    .into_any()
}
