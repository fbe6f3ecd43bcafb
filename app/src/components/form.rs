//! Fields of plain forms: a label, the input, a hint and an error.

use latchkey_domain::member::NewPassword;
use leptos::prelude::*;

/// A labelled input. Its error is beside it, and screen readers read both together.
pub(crate) struct Field {
    /// The input's name and id.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: &'static str,
    /// What a password manager fills in.
    pub(crate) autocomplete: &'static str,
    pub(crate) hint: Option<String>,
    pub(crate) value: String,
    pub(crate) required: bool,
    pub(crate) error: Option<String>,
    pub(crate) autofocus: bool,
}

impl Field {
    /// For a password that is chosen now. Password managers offer one.
    pub(crate) fn new_password(
        name: &'static str,
        label: &'static str,
        error: Option<String>,
        autofocus: bool,
    ) -> Self {
        Self {
            name,
            label,
            kind: "password",
            autocomplete: "new-password",
            hint: Some(format!(
                "At least {} characters. A few words in a row are easy to remember and hard to guess.",
                NewPassword::MIN_LENGTH
            )),
            value: String::new(),
            required: true,
            error,
            autofocus,
        }
    }

    pub(crate) fn into_view(self) -> impl IntoView {
        let Self {
            name,
            label,
            kind,
            autocomplete,
            hint,
            value,
            required,
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
        // Addresses and passwords are not prose, so a phone's keyboard must not correct them.
        let is_prose = kind == "text";
        // Browsers change or refuse non-ASCII email addresses in an input of type `email`.
        let (kind, keyboard) = match kind {
            "email" => ("text", Some("email")),
            // A word for machines: a slug, a colour.
            "code" => ("text", None),
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
                    required=required
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

/// A checkbox or one of several radio buttons, with what it means.
pub(crate) struct Toggle {
    /// `checkbox` or `radio`.
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) name: &'static str,
    /// What is sent if it is chosen.
    pub(crate) value: &'static str,
    pub(crate) is_chosen: bool,
    pub(crate) label: &'static str,
    pub(crate) hint: &'static str,
}

impl Toggle {
    /// A checkbox, which sends `1`.
    pub(crate) fn checkbox(
        name: &'static str,
        label: &'static str,
        hint: &'static str,
        is_chosen: bool,
    ) -> Self {
        Self {
            kind: "checkbox",
            id: name.to_owned(),
            name,
            value: "1",
            is_chosen,
            label,
            hint,
        }
    }

    pub(crate) fn into_view(self) -> impl IntoView {
        let Self {
            kind,
            id,
            name,
            value,
            is_chosen,
            label,
            hint,
        } = self;
        let hint_id = format!("{id}-hint");
        view! {
            <div class="toggle">
                <input type=kind id=id.clone() name=name value=value checked=is_chosen aria-describedby=hint_id.clone() />
                <div>
                    <label class="field-label" for=id>
                        {label}
                    </label>
                    <p class="field-hint" id=hint_id>
                        {hint}
                    </p>
                </div>
            </div>
        }
    }
}

/// A filter by one of `options`, each with its id and label, or none of them.
pub(crate) fn any_or_one_of(
    name: &'static str,
    label: &'static str,
    options: impl IntoIterator<Item = (&'static str, &'static str)>,
    chosen: &str,
) -> AnyView {
    let options = options
        .into_iter()
        .map(|(id, label)| {
            let is_chosen = id == chosen;
            view! {
                <option value=id selected=is_chosen>
                    {label}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="field-label" for=name>
                {label}
            </label>
            <select class="input" id=name name=name>
                <option value="">"Any"</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}

/// Warns that the browser will not stay signed in here, because it keeps the cookie only for `address`, the same page
/// over HTTPS.
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

/// Tells the server that the page of this form has set the probe cookie, which shows whether the browser keeps cookies.
pub(crate) fn probed() -> impl IntoView {
    view! { <input type="hidden" name="probed" value="1" /> }
}
