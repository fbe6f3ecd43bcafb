//! An application that a member allowed: what it is, what it can do, and a button that disconnects it.

use latchkey_domain::{ScopeSet, Timestamp};
use latchkey_oauth::ConnectedApp;
use leptos::prelude::*;

use super::logo::logo;
use super::profile_links::profile_links;
use crate::time::time_ago;

/// A row of a list of connected applications. `address` is that of the list.
pub(crate) fn connected_app_row(
    connection: ConnectedApp,
    address: &str,
    now: Timestamp,
) -> impl IntoView + use<> {
    let ConnectedApp {
        application,
        scopes,
        since,
        last_used_at,
    } = connection;
    let name = application.spec.name.to_string();
    let label = format!("Revoke access of {name}");
    let action = format!("{address}/{}/revoke", application.client_id);
    let picture = logo(&name, application.logo.as_ref(), "");
    let profile = &application.spec.profile;
    let description = profile
        .description
        .as_ref()
        .map(|description| view! { <p>{description.as_str().to_owned()}</p> });
    let links = profile_links(profile);
    let used = match last_used_at {
        Some(at) => view! { "Last used " {time_ago(at, now)} }.into_any(),
        None => "Not used yet".into_any(),
    };
    let paused = application
        .is_paused()
        .then(|| view! { <span class="badge badge-paused">"Paused by a host"</span> });
    view! {
        <li class="row-item connection">
            {picture}
            <div class="connection-text">
                <h2 class="connection-name">{name} " " {paused}</h2>
                {description}
                {links}
                {can(scopes)}
                <p class="muted connection-times">"Connected " {time_ago(since, now)} " · " {used}</p>
            </div>
            <form method="post" action=action>
                <button class="button" type="submit" aria-label=label>
                    "Revoke"
                </button>
            </form>
        </li>
    }
}

fn can(scopes: ScopeSet) -> impl IntoView {
    if scopes.is_empty() {
        return view! { <p class="muted">"It has no access at the moment."</p> }.into_any();
    }
    let scopes = scopes
        .iter()
        .map(|scope| {
            let host = scope
                .is_host_only()
                .then(|| view! { <span class="badge badge-host">"Host only"</span> });
            view! { <li>{scope.description()} " " {host}</li> }
        })
        .collect_view();
    view! { <ul class="connection-scopes">{scopes}</ul> }.into_any()
}
