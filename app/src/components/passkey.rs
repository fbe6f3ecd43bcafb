//! A form that a passkey answers.

use leptos::prelude::*;

/// What the browser needs for a passkey, and brings back.
#[derive(Clone, Debug, Default)]
pub struct PasskeyOptions {
    /// The options of the browser's call, as JSON.
    pub options: String,
    /// What the server checks the answer with.
    pub state: String,
}

/// A form with a button, which is hidden unless the browser has passkeys.
pub(crate) struct PasskeyForm {
    /// `get` or `create`.
    pub(crate) kind: &'static str,
    pub(crate) options: PasskeyOptions,
    /// Whether the browser offers passkeys where the email is typed, too.
    pub(crate) autofill: bool,
    pub(crate) action: String,
    pub(crate) button: &'static str,
    /// The other fields.
    pub(crate) fields: AnyView,
}

impl PasskeyForm {
    pub(crate) fn into_view(self) -> impl IntoView {
        let Self {
            kind,
            options,
            autofill,
            action,
            button,
            fields,
        } = self;
        let PasskeyOptions { options, state } = options;
        view! {
            <form
                class="stack passkey"
                method="post"
                action=action
                data-passkey=kind
                data-options=options
                data-autofill=autofill.then_some("")
            >
                {fields}
                <input type="hidden" name="state" value=state />
                <input type="hidden" name="answer" value="" />
                // Beside a password it is the second way; where a passkey is made, it is what the page is for.
                <button class="button" class:button-primary=kind == "create" type="button" data-passkey-button hidden>
                    {button}
                </button>
                <p class="field-error" role="alert" data-passkey-said></p>
            </form>
        }
    }
}
