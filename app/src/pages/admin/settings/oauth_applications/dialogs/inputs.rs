//! The inputs of the form.

use latchkey_domain::Scope;
use latchkey_domain::application::Field;
use leptos::prelude::*;

use super::fields::Fields;
use super::kind::Kind;
use crate::components::field_error::FieldError;
use crate::components::live_text::live_text;

/// A text with its label, hint and error.
pub(super) struct TextInput {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) placeholder: Signal<&'static str>,
    pub(super) hint: Option<Signal<&'static str>>,
    pub(super) value: RwSignal<String>,
    pub(super) error: Memo<Option<String>>,
    pub(super) is_required: bool,
    /// Whether it has the focus when its dialog opens.
    pub(super) has_focus: bool,
    /// Whether it is addresses, one per line.
    pub(super) is_addresses: bool,
}

impl TextInput {
    pub(super) fn into_view(self) -> AnyView {
        let Self {
            id,
            label,
            placeholder,
            hint,
            value,
            error,
            is_required,
            has_focus,
            is_addresses,
        } = self;
        let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
        let described_by = {
            let (error_id, hint_id) = (error_id.clone(), hint_id.clone());
            move || {
                let error = error.get().map(|_| error_id.clone());
                let all: Vec<_> = error.into_iter().chain(hint.map(|_| hint_id.clone())).collect();
                (!all.is_empty()).then(|| all.join(" "))
            }
        };
        let invalid = move || error.get().map(|_| "true");
        let input = if is_addresses {
            view! {
                <textarea
                    class="input mono" translate="no"
                    id=id
                    rows="2"
                    required=is_required
                    spellcheck="false"
                    autocapitalize="off"
                    placeholder=move || placeholder.get()
                    bind:value=value
                    aria-invalid=invalid
                    aria-describedby=described_by
                ></textarea>
            }
            .into_any()
        } else {
            view! {
                <input
                    class="input"
                    id=id
                    type="text"
                    autocomplete="off"
                    autofocus=has_focus
                    required=is_required
                    placeholder=move || placeholder.get()
                    bind:value=value
                    aria-invalid=invalid
                    aria-describedby=described_by
                />
            }
            .into_any()
        };
        let hint = hint.map(|hint| {
            view! {
                <p class="field-hint" id=hint_id>
                    {move || live_text(hint.get())}
                </p>
            }
        });
        view! {
            <div class="field">
                <label class="field-label" for=id>
                    {label}
                </label>
                {input}
                {hint}
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
    TextInput {
        id: "redirect-uris",
        label: "Redirect URI",
        placeholder: Signal::derive(move || shown.get().example()),
        hint: Some(Signal::derive(move || shown.get().redirect_hint())),
        value: fields.redirect_uris,
        error,
        is_required: true,
        has_focus: false,
        is_addresses: true,
    }
    .into_view()
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

/// What members see of the application.
pub(super) fn profile(
    fields: Fields,
    open: RwSignal<bool>,
    error: impl Fn(Field) -> Memo<Option<String>>,
) -> AnyView {
    let input = |id, label, placeholder, value, field| {
        TextInput {
            id,
            label,
            placeholder: Signal::stored(placeholder),
            hint: None,
            value,
            error: error(field),
            is_required: false,
            has_focus: false,
            is_addresses: false,
        }
        .into_view()
    };
    more(
        "More about the application",
        open,
        view! {
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
        }
        .into_any(),
    )
}

/// What only an application has that signs people in. What is entered stays in sight.
pub(super) fn signing_in(fields: Fields, open: RwSignal<bool>, error: Memo<Option<String>>) -> AnyView {
    let is_shown = Memo::new(move |_| {
        fields.scopes.with(|scopes| scopes.contains(Scope::OpenId))
            || fields.spaces_in_groups.get()
            || fields.es256.get()
            || fields.after_sign_out.with(|uris| !uris.is_empty())
    });
    let content = move || {
        let after = TextInput {
            id: "after-sign-out",
            label: "After sign-out",
            placeholder: Signal::stored("https://myapp.com/"),
            hint: Some(Signal::stored(
                "Where people go who signed out (post logout redirect URI). One per line; optional.",
            )),
            value: fields.after_sign_out,
            error,
            is_required: false,
            has_focus: false,
            is_addresses: true,
        };
        view! {
            {after.into_view()}
            <Toggle
                id="spaces-in-groups"
                label="Tell it the spaces of a member"
                hint=Signal::stored("As groups, beside the role: space:book-club.")
                value=fields.spaces_in_groups
            />
            <Toggle
                id="es256"
                label="Sign with ES256"
                hint=Signal::stored("Only if the application asks for it. Otherwise RS256, which all understand.")
                value=fields.es256
            />
        }
        .into_any()
    };
    view! { {move || is_shown.get().then(|| more("Signing in with this network", open, content()))} }
        .into_any()
}

/// Optional fields: closed until one of them is wrong.
fn more(title: &'static str, open: RwSignal<bool>, content: AnyView) -> AnyView {
    let toggle = move |event| {
        let details = event_target::<leptos::web_sys::Element>(&event);
        open.set(details.has_attribute("open"));
    };
    view! {
        <details class="more" prop:open=open on:toggle=toggle>
            <summary>{title}</summary>
            {content}
        </details>
    }
    .into_any()
}
