//! Shown in place of an empty list.

use leptos::prelude::*;

/// Says that the list is empty, and what will appear in it or what to do.
pub(crate) fn empty_state(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p class="muted">{text}</p>
        </div>
    }
}
