//! The links below a list that goes on.

use latchkey_domain::Page;
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

/// Links to the pages before and after, and how many there are. Nothing if there is one page.
pub(crate) fn numbered_pager<T>(
    label: &'static str,
    page: &Page<T>,
    address: impl Fn(u32) -> String,
) -> Option<AnyView> {
    let (number, pages) = (page.number, page.pages());
    let link = |label: &'static str, page: u32, rel: &'static str| {
        view! {
            <a class="button" href=address(page) rel=rel>
                {label}
            </a>
        }
    };
    (pages > 1).then(|| {
        view! {
            <nav class="pager" aria-label=label>
                {(number > 1).then(|| link("Previous", number - 1, "prev"))}
                <span class="muted">{format!("Page {number} of {pages}")}</span>
                {(number < pages).then(|| link("Next", number + 1, "next"))}
            </nav>
        }
        .into_any()
    })
}
