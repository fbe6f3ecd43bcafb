//! Fields of plain forms: a label, the input, a hint, and what is wrong with it.

use leptos::prelude::*;

/// A labelled input. What is wrong with it is beside it and is read out with it.
pub(crate) struct Field {
    /// The input's name and id.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: &'static str,
    /// What a password manager is to fill in.
    pub(crate) autocomplete: &'static str,
    pub(crate) hint: Option<String>,
    pub(crate) value: String,
    pub(crate) error: Option<String>,
    pub(crate) autofocus: bool,
}

impl Field {
    pub(crate) fn into_view(self) -> impl IntoView {
        let Self {
            name,
            label,
            kind,
            autocomplete,
            hint,
            value,
            error,
            autofocus,
        } = self;
        let hint_id = format!("{name}-hint");
        let error_id = format!("{name}-error");
        let described_by = [
            hint.as_ref().map(|_| hint_id.as_str()),
            error.as_ref().map(|_| error_id.as_str()),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
        let described_by = (!described_by.is_empty()).then_some(described_by);
        let invalid = error.is_some().then_some("true");
        // A password is never sent back to the browser.
        let value = (kind != "password").then_some(value);
        // Addresses and passwords are no prose, whatever a telephone's keyboard thinks.
        let is_prose = kind == "text";
        // Browsers change or refuse an address with letters outside ASCII in an input of the type `email`.
        let (kind, keyboard) = match kind {
            "email" => ("text", Some("email")),
            kind => (kind, None),
        };
        view! {
            <div class="field">
                <label class="field-label" for=name>
                    {label}
                </label>
                {hint.map(|hint| {
                    view! {
                        <p class="field-hint" id=hint_id>
                            {hint}
                        </p>
                    }
                })}
                <input
                    class="input"
                    id=name
                    name=name
                    type=kind
                    inputmode=keyboard
                    autocomplete=autocomplete
                    autocapitalize=(!is_prose).then_some("none")
                    spellcheck=(!is_prose).then_some("false")
                    value=value
                    required=true
                    autofocus=autofocus
                    aria-invalid=invalid
                    aria-describedby=described_by
                />
                {error.map(|error| {
                    view! {
                        <p class="field-error" id=error_id role="alert">
                            {error}
                        </p>
                    }
                })}
            </div>
        }
    }
}

/// A notice that the browser will not stay signed in here, since it keeps the cookie only of `address`, which is the same
/// page over HTTPS.
pub(crate) fn insecure_notice(address: String) -> impl IntoView {
    let shown = address.split('?').next().unwrap_or_default().to_owned();
    view! {
        <p class="notice" role="alert">
            "You opened this page over http. Your browser keeps the sign-in cookie only over https. Open "
            <a href=address translate="no">
                {shown}
            </a> " instead."
        </p>
    }
}

/// Tells the server that the form comes from a page that has set the probe, a cookie by which it notices whether the
/// browser keeps any.
pub(crate) fn probed() -> impl IntoView {
    view! { <input type="hidden" name="probed" value="1" /> }
}
