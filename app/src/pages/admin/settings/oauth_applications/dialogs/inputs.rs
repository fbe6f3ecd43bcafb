//! The inputs of the form.

use latchkey_domain::application::Field;
use leptos::prelude::*;

use super::fields::Fields;
use super::kind::Kind;
use crate::components::field_error::FieldError;
use crate::components::live_text::live_text;

/// A line of text with its label and error.
pub(super) struct TextInput {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) placeholder: &'static str,
    pub(super) value: RwSignal<String>,
    pub(super) error: Memo<Option<String>>,
    pub(super) is_required: bool,
    /// Whether it has the focus when its dialog opens.
    pub(super) has_focus: bool,
}

impl TextInput {
    pub(super) fn into_view(self) -> AnyView {
        let Self {
            id,
            label,
            placeholder,
            value,
            error,
            is_required,
            has_focus,
        } = self;
        let error_id = format!("{id}-error");
        let described_by = {
            let error_id = error_id.clone();
            move || error.get().map(|_| error_id.clone())
        };
        view! {
            <div class="field">
                <label class="field-label" for=id>
                    {label}
                </label>
                <input
                    class="input"
                    id=id
                    type="text"
                    autocomplete="off"
                    autofocus=has_focus
                    required=is_required
                    placeholder=placeholder
                    bind:value=value
                    aria-invalid=move || error.get().map(|_| "true")
                    aria-describedby=described_by
                />
                <FieldError id=error_id error />
            </div>
        }
        .into_any()
    }
}

/// The redirect URIs, with an example of what is being built.
pub(super) fn redirect_input(kind: RwSignal<Kind>, fields: Fields, error: Memo<Option<String>>) -> AnyView {
    let shown = Memo::new(move |_| {
        let confidential = fields.confidential.get();
        let otherwise = if confidential {
            Kind::Website
        } else {
            Kind::SinglePage
        };
        kind.get().with_type(confidential).unwrap_or(otherwise)
    });
    view! {
        <div class="field">
            <label class="field-label" for="redirect-uris">
                "Redirect URI"
            </label>
            <textarea
                class="input mono" translate="no"
                id="redirect-uris"
                rows="2"
                required
                spellcheck="false"
                autocapitalize="off"
                placeholder=move || shown.get().example()
                bind:value=fields.redirect_uris
                aria-invalid=move || error.get().map(|_| "true")
                aria-describedby=move || {
                    if error.get().is_some() { "redirect-uris-error redirect-uris-hint" } else { "redirect-uris-hint" }
                }
            ></textarea>
            <p class="field-hint" id="redirect-uris-hint">
                {move || live_text(shown.get().redirect_hint())}
            </p>
            <FieldError id="redirect-uris-error" error />
        </div>
    }
    .into_any()
}

/// A checkbox with a hint.
#[component]
pub(super) fn Toggle(
    id: &'static str,
    label: &'static str,
    hint: Signal<&'static str>,
    value: RwSignal<bool>,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    view! {
        <div class="toggle">
            <input type="checkbox" id=id bind:checked=value aria-describedby=hint_id.clone() />
            <div>
                <label class="field-label" for=id>
                    {label}
                </label>
                <p class="field-hint" id=hint_id>
                    {move || live_text(hint.get())}
                </p>
            </div>
        </div>
    }
}

/// What members see of the application. It is optional, so it is closed until one of its fields is wrong.
pub(super) fn profile(
    fields: Fields,
    open: RwSignal<bool>,
    error: impl Fn(Field) -> Memo<Option<String>>,
) -> AnyView {
    let input = |id, label, placeholder, value, field| {
        TextInput {
            id,
            label,
            placeholder,
            value,
            error: error(field),
            is_required: false,
            has_focus: false,
        }
        .into_view()
    };
    let toggle = move |event| {
        let details = event_target::<leptos::web_sys::Element>(&event);
        open.set(details.has_attribute("open"));
    };
    view! {
        <details class="more" prop:open=open on:toggle=toggle>
            <summary>"More about the application"</summary>
            <div class="more-fields">
                {input(
                    "description",
                    "Description",
                    "What it does for members, in a sentence",
                    fields.description,
                    Field::Description,
                )}
                {input("website", "Website", "https://myapp.com", fields.website, Field::Website)}
                {input(
                    "privacy-policy",
                    "Privacy policy",
                    "https://myapp.com/privacy",
                    fields.privacy_policy,
                    Field::PrivacyPolicy,
                )}
            </div>
            <p class="field-hint">
                "Members see this when they are asked. All of it is optional. A logo is uploaded on the Settings tab of the application."
            </p>
        </details>
    }
    .into_any()
}
