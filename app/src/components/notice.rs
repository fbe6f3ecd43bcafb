//! Notices at the top of plain pages, read out when the page opens.

use leptos::prelude::*;

/// What was just done.
pub(crate) fn status_notice(text: String) -> impl IntoView {
    view! {
        <p class="notice" role="status">
            {text}
        </p>
    }
}

/// What went wrong.
pub(crate) fn error_notice(text: String) -> impl IntoView {
    view! {
        <p class="notice notice-error" role="alert">
            {text}
        </p>
    }
}
