//! Links from a page of the admin to the pages above it.

use leptos::prelude::*;

/// The pages above, highest first, each with its label and address.
pub(crate) fn breadcrumb(above: Vec<(String, String)>) -> impl IntoView {
    let links = above
        .into_iter()
        .enumerate()
        .map(|(index, (label, address))| {
            let separator = (index > 0).then_some(" / ");
            view! {
                {separator}
                <a href=address>{label}</a>
            }
        })
        .collect_view();
    view! { <p class="trail">{links}</p> }
}
