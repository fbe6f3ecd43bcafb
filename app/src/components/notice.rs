//! Notices at the top of plain pages. Screen readers read them when the page opens.

use leptos::prelude::*;

/// Reports what was just done.
pub(crate) fn status_notice(text: String) -> impl IntoView {
    view! {
        <p class="notice" role="status">
            {text}
        </p>
    }
}

/// Reports an error.
pub(crate) fn error_notice(text: String) -> impl IntoView {
    view! {
        <p class="notice notice-error" role="alert">
            {text}
        </p>
    }
}
