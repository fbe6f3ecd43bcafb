//! The links below a list that is read from its newest entry on.

use leptos::prelude::*;

/// Links to the page with the newest entries and to the next older ones. Nothing if there is neither.
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
