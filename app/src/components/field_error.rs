//! An error beside its field.

use leptos::prelude::*;

use super::live_text::live_text;

/// The error of a field. Each of its lines is shown on its own line.
#[component]
pub(crate) fn FieldError(#[prop(into)] id: String, error: Memo<Option<String>>) -> impl IntoView {
    move || {
        error.get().map(|error| {
            view! {
                <p class="field-error" id=id.clone() role="alert">
                    {live_text(error)}
                </p>
            }
        })
    }
}
