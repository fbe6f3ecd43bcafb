//! Text to copy.

use leptos::prelude::*;

/// A button that copies the element `id`, or what the address `from` returns. It is hidden if scripts do not run.
pub(super) fn copy_button(what: &str, id: &str, from: Option<String>) -> impl IntoView + use<> {
    view! {
        <button
            class="button button-quiet"
            type="button"
            data-copy=format!("#{id}")
            data-copy-from=from
            aria-label=format!("Copy {what}")
            hidden
        >
            "Copy"
        </button>
    }
}

/// Code that scrolls inside its frame, with its comments highlighted.
pub(super) fn block(id: &str, label: &str, code: &str, comment: &str) -> impl IntoView + use<> {
    let lines = code
        .split_inclusive('\n')
        .map(|line| {
            if line.trim_start().starts_with(comment) {
                view! { <span class="comment">{line.to_owned()}</span> }.into_any()
            } else {
                line.to_owned().into_any()
            }
        })
        .collect_view();
    view! {
        <pre class="snippet-code" tabindex="0" role="group" aria-label=label.to_owned()>
            <code class="mono" translate="no" id=id.to_owned()>
                {lines}
            </code>
        </pre>
    }
}
