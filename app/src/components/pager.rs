//! The links below a list that starts with its newest entry.

use leptos::prelude::*;

/// Links to the newest and to the next older entries. Nothing if there is neither.
pub(crate) fn pager(
    label: &'static str,
    newest: Option<String>,
    older: Option<String>,
) -> Option<impl IntoView> {
    let is_needed = newest.is_some() || older.is_some();
    let newest = newest.map(|address| {
        view! {
            <a class="button" href=address>
                "Newest"
            </a>
        }
    });
    let older = older.map(|address| {
        view! {
            <a class="button" href=address rel="next">
                "Older"
            </a>
        }
    });
    is_needed.then(|| {
        view! {
            <nav class="pager" aria-label=label>
                {newest}
                {older}
            </nav>
        }
    })
}
