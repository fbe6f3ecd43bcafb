//! A bar that shows that a request is in progress.

use leptos::prelude::*;

/// Screen readers read `label`, such as `Reading the list`. The bar becomes visible only if the answer takes a while.
pub(crate) fn progress(label: &'static str) -> impl IntoView {
    view! { <div class="progress" role="progressbar" aria-label=label></div> }
}
