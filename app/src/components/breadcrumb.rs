//! The way back from a page of the admin.

use leptos::prelude::*;

/// Links to the pages above, the highest first: label and address.
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
