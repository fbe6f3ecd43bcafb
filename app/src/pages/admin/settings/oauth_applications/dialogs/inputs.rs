//! The inputs of the form.

use latchkey_domain::Scope;
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
    UrisInput {
        id: "redirect-uris",
        label: "Redirect URI",
        example: Signal::derive(move || shown.get().example()),
        hint: Signal::derive(move || shown.get().redirect_hint()),
        value: fields.redirect_uris,
        error,
        is_required: true,
    }
    .into_view()
}

/// Addresses, one per line.
struct UrisInput {
    id: &'static str,
    label: &'static str,
    example: Signal<&'static str>,
    hint: Signal<&'static str>,
    value: RwSignal<String>,
    error: Memo<Option<String>>,
    is_required: bool,
}

impl UrisInput {
    fn into_view(self) -> AnyView {
        let Self {
            id,
            label,
            example,
            hint,
            value,
            error,
            is_required,
        } = self;
        let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
        let described_by = {
            let (error_id, hint_id) = (error_id.clone(), hint_id.clone());
            move || {
                if error.get().is_some() {
                    format!("{error_id} {hint_id}")
                } else {
                    hint_id.clone()
                }
            }
        };
        view! {
            <div class="field">
                <label class="field-label" for=id>
                    {label}
                </label>
                <textarea
                    class="input mono" translate="no"
                    id=id
                    rows="2"
                    required=is_required
                    spellcheck="false"
                    autocapitalize="off"
                    placeholder=move || example.get()
                    bind:value=value
                    aria-invalid=move || error.get().map(|_| "true")
                    aria-describedby=described_by
                ></textarea>
                <p class="field-hint" id=hint_id>
                    {move || live_text(hint.get())}
                </p>
                <FieldError id=error_id error />
            </div>
        }
        .into_any()
    }
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
            placeholder,
            value,
            error: error(field),
            is_required: false,
            has_focus: false,
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
            || fields.after_sign_out.with(|uris| !uris.is_empty())
    });
    let content = move || {
        let after = UrisInput {
            id: "after-sign-out",
            label: "After sign-out",
            example: Signal::stored("https://myapp.com/"),
            hint: Signal::stored(
                "Where the program may send people who signed out of it and of this network. Programs call it post logout redirect URI. One per line; optional.",
            ),
            value: fields.after_sign_out,
            error,
            is_required: false,
        };
        view! {
            {after.into_view()}
            <Toggle
                id="spaces-in-groups"
                label="Tell it the spaces of a member"
                hint=Signal::stored("Besides the role, groups then has each space that the member joined, such as space:book-club.")
                value=fields.spaces_in_groups
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
