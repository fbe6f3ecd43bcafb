//! A session: in which browser, from where, since when, and a button that ends it.

use latchkey_domain::Timestamp;
use leptos::prelude::*;

use super::browser_name::browser_name;
use crate::time::{ago, time_ago};

/// A session.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// The session's id in the form.
    pub id: i64,
    /// Whether the page is shown in this session.
    pub is_current: bool,
    /// The browser's user agent.
    pub user_agent: Option<String>,
    /// The IP address that opened it.
    pub address: Option<String>,
    /// When the member signed in.
    pub created_at: Timestamp,
    /// When it was last seen.
    pub last_seen_at: Timestamp,
}

/// A row of a list of sessions. `address` is that of the list.
pub(crate) fn session_row(session: SessionRow, address: &str, now: Timestamp) -> impl IntoView + use<> {
    let SessionRow {
        id,
        is_current,
        user_agent,
        address: from,
        created_at,
        last_seen_at,
    } = session;
    let name = browser_name(user_agent.as_deref());
    // Tells a screen reader which of several identical buttons this is.
    let label = format!("End session: {name}, signed in {}", ago(created_at, now));
    let signed_in = time_ago(created_at, now);
    let end = if is_current {
        // Signing out, at the top of the page, ends this one.
        view! { <span class="badge">"This session"</span> }.into_any()
    } else {
        view! {
            <form method="post" action=format!("{address}/{id}/end")>
                <button class="button" type="submit" aria-label=label>
                    "End session"
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <li class="row-item">
            <div>
                <p>
                    <strong>{name}</strong>
                </p>
                <p class="muted">
                    {from.map(|from| view! { <span class="mono" translate="no">{from}</span> " · " })} "Last seen "
                    {time_ago(last_seen_at, now)} " · Signed in " {signed_in}
                </p>
            </div>
            {end}
        </li>
    }
}
