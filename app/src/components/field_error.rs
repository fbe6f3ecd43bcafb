//! What is wrong with a field, beside the field.

use leptos::prelude::*;

use super::live_text::live_text;

/// What is wrong with a field; each line of it on a line.
#[component]
pub(crate) fn FieldError(id: &'static str, error: Memo<Option<String>>) -> impl IntoView {
    move || {
        error.get().map(|error| {
            view! {
                <p class="field-error" id=id role="alert">
                    {live_text(error)}
                </p>
            }
        })
    }
}
