//! From page to page of a long list.

use leptos::prelude::*;

/// Links to the page before and after. `address` gives the address of a page.
#[component]
pub(crate) fn Pager<F>(
    #[prop(into)] number: Signal<u32>,
    #[prop(into)] pages: Signal<u32>,
    address: F,
) -> impl IntoView
where
    F: Fn(u32) -> String + Copy + Send + Sync + 'static,
{
    let link = move |label: &'static str, target: u32, enabled: bool, rel: &'static str| {
        if enabled {
            view! {
                <a class="button" href=address(target) rel=rel>
                    {label}
                </a>
            }
            .into_any()
        } else {
            view! { <span class="button button-off" aria-hidden="true">{label}</span> }.into_any()
        }
    };
    view! {
        <Show when=move || { pages.get() > 1 }>
            <nav class="pager" aria-label="Pages">
                {move || link("Previous", number.get().saturating_sub(1), number.get() > 1, "prev")}
                <span class="muted">
                    "Page " {number} " of " {pages}
                </span>
                {move || link("Next", number.get() + 1, number.get() < pages.get(), "next")}
            </nav>
        </Show>
    }
}
