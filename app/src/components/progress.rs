//! A bar that says that an answer is awaited.

use leptos::prelude::*;

/// `label` is read out: `Reading the list`. It is visible only if the answer takes its time.
pub(crate) fn progress(label: &'static str) -> impl IntoView {
    view! { <div class="progress" role="progressbar" aria-label=label></div> }
}
