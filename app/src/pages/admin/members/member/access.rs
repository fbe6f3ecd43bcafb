//! Where a member is signed in, and which applications may act for them.

use latchkey_domain::Timestamp;
use latchkey_oauth::ConnectedApp;
use leptos::prelude::*;

use crate::components::ask::Ask;
use crate::components::connected_app_row::connected_app_row;
use crate::components::session_row::{SessionRow, session_row};

pub(super) fn sessions_of(
    sessions: Vec<SessionRow>,
    is_visitor: bool,
    page: &str,
    now: Timestamp,
) -> impl IntoView + use<> {
    let (has_some, address) = (!sessions.is_empty(), format!("{page}/sessions"));
    let end_all = (sessions.len() > 1 && !is_visitor).then(|| {
        Ask {
            button: "End all sessions",
            label: None,
            effect: view! { <p class="muted">"They are signed out on every browser. Connected applications go on."</p> }.into_any(),
            action: format!("{address}/end-all"),
            confirm: "End all sessions",
            is_danger: true,
        }
        .into_view()
    });
    let rows = sessions
        .into_iter()
        .map(|session| session_row(session, &address, now))
        .collect_view();
    let list = match (has_some, is_visitor) {
        (_, true) => view! {
            <p class="muted">"Yours are in " <a href="/account/sessions">"Account > Sessions"</a> "."</p>
        }
        .into_any(),
        (true, false) => view! { <ul class="row-list">{rows}</ul> }.into_any(),
        (false, false) => view! { <p class="muted">"Signed in nowhere."</p> }.into_any(),
    };
    view! {
        <section class="member-section">
            <h2>"Sessions"</h2>
            {list}
            {end_all}
        </section>
    }
}

pub(super) fn connected_apps(
    connections: Vec<ConnectedApp>,
    is_visitor: bool,
    page: &str,
    now: Timestamp,
) -> impl IntoView + use<> {
    let (count, address) = (connections.len(), format!("{page}/apps"));
    let revoke_all = (count > 1 && !is_visitor).then(|| {
        Ask {
            button: "Revoke all",
            label: None,
            effect: view! {
                <p class="muted">"None of them can act for this member from now on. The member can allow each again."</p>
            }
            .into_any(),
            action: format!("{address}/revoke-all"),
            confirm: "Revoke all",
            is_danger: true,
        }
        .into_view()
    });
    let rows = connections
        .into_iter()
        .map(|connection| connected_app_row(connection, &address, now))
        .collect_view();
    let list = match (count, is_visitor) {
        (_, true) => view! {
            <p class="muted">"Yours are in " <a href="/account/connected-apps">"Account > Connected apps"</a> "."</p>
        }
        .into_any(),
        (0, false) => view! { <p class="muted">"None."</p> }.into_any(),
        (_, false) => view! { <ul class="row-list">{rows}</ul> }.into_any(),
    };
    view! {
        <section class="member-section">
            <h2>"Connected apps"</h2>
            {list}
            {revoke_all}
        </section>
    }
}
