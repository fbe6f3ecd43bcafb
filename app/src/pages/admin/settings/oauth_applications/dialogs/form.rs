//! The form for creating or editing an application.

use latchkey_domain::application::{DraftErrors, Field};
use latchkey_domain::{ApplicationDraft, Scope, ScopeSet};
use leptos::prelude::*;

use super::scope_picker::ScopePicker;
use crate::browser;
use crate::components::field_error::FieldError;
use crate::components::function_error_notice::FunctionErrorNotice;
use crate::functions::Answer;
use crate::functions::applications::card::Saved;
use crate::functions::error::FunctionError;

/// Whether the application exists, and its type: changing the type creates or destroys its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Editing {
    New,
    Confidential,
    Public,
}

/// The form. It keeps the input until the server has accepted it.
#[component]
pub(in super::super) fn ApplicationForm(
    /// The initial values.
    initial: ApplicationDraft,
    editing: Editing,
    /// Sends a valid draft to the server.
    send: Callback<ApplicationDraft, Answer<Saved>>,
    on_saved: Callback<Saved>,
    on_close: Callback<()>,
) -> impl IntoView {
    let name = RwSignal::new(initial.name.clone());
    let redirect_uris = RwSignal::new(initial.redirect_uris.clone());
    let scopes = RwSignal::new(
        initial
            .scopes
            .iter()
            .filter_map(|id| id.parse::<Scope>().ok())
            .collect::<ScopeSet>(),
    );
    let confidential = RwSignal::new(initial.confidential);
    let skip_consent = RwSignal::new(initial.skip_consent);

    let initial = StoredValue::new(initial);
    let errors = RwSignal::new(DraftErrors::default());
    let failure = RwSignal::new(None::<FunctionError>);
    let tried = RwSignal::new(false);

    let draft = move || ApplicationDraft {
        name: name.get(),
        redirect_uris: redirect_uris.get(),
        scopes: scopes.get().iter().map(|scope| scope.id().to_owned()).collect(),
        confidential: confidential.get(),
        skip_consent: skip_consent.get(),
        ..initial.get_value()
    };
    // After the first attempt, validate on each change.
    Effect::new(move || {
        if tried.get() {
            errors.set(draft().validate().err().unwrap_or_default());
        }
    });
    let show_errors = move |found: DraftErrors| {
        if let Some(field) = found.first() {
            browser::focus(focus_target(field).into());
        }
        errors.set(found);
    };
    let save = Action::new_unsync(move |draft: &ApplicationDraft| {
        let answer = send.run(draft.clone());
        async move {
            match answer.await {
                Ok(saved) => on_saved.run(saved),
                Err(FunctionError::Invalid { errors }) => show_errors(errors),
                Err(error) => {
                    let _ = failure.try_set(Some(error));
                    browser::focus("error".into());
                }
            }
        }
    });
    let busy = save.pending();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let draft = untrack(draft);
        failure.set(None);
        tried.set(true);
        match draft.validate() {
            Ok(_) => {
                save.dispatch_local(draft);
            }
            Err(found) => show_errors(found),
        }
    };
    let error =
        move |field: Field| Memo::new(move |_| errors.with(|errors| errors.of(field).map(str::to_owned)));
    let name_error = error(Field::Name);
    let uris_error = error(Field::RedirectUris);

    view! {
        <form class="dialog-form" novalidate on:submit=submit>
            <div class="dialog-body">
                <FunctionErrorNotice error=failure />
                <div class="field">
                    <label class="field-label" for="name">
                        "Application Name"
                    </label>
                    <input
                        class="input"
                        id="name"
                        type="text"
                        autocomplete="off"
                        autofocus
                        required
                        placeholder="Mobile App"
                        bind:value=name
                        aria-invalid=move || name_error.get().map(|_| "true")
                        aria-describedby=move || name_error.get().map(|_| "name-error")
                    />
                    <FieldError id="name-error" error=name_error />
                </div>
                <div class="field">
                    <label class="field-label" for="redirect-uris">
                        "Redirect URI"
                    </label>
                    <textarea
                        class="input mono" translate="no"
                        id="redirect-uris"
                        rows="3"
                        required
                        spellcheck="false"
                        autocapitalize="off"
                        placeholder="https://myapp.com/oauth/callback"
                        bind:value=redirect_uris
                        aria-invalid=move || uris_error.get().map(|_| "true")
                        aria-describedby=move || {
                            if uris_error.get().is_some() { "redirect-uris-error redirect-uris-hint" } else { "redirect-uris-hint" }
                        }
                    ></textarea>
                    <p class="field-hint" id="redirect-uris-hint">
                        "Where people return after they authorize. One per line."
                    </p>
                    <FieldError id="redirect-uris-error" error=uris_error />
                </div>
                <ScopePicker selected=scopes error=error(Field::Scopes) />
                <Toggle
                    id="confidential"
                    label="Confidential client"
                    hint="For applications on a server that can keep a secret. Uncheck for native and single-page applications: they cannot keep one, and must use PKCE instead."
                    value=confidential
                />
                {move || type_change(editing, confidential.get())}
                <Toggle
                    id="skip-consent"
                    label="Skip consent screen"
                    hint="Members are not asked. Only for applications you trust, such as your own. Members are still asked by public applications that return to their device."
                    value=skip_consent
                />
            </div>
            <footer class="dialog-footer">
                <button type="button" class="button" on:click=move |_| on_close.run(())>
                    "Cancel"
                </button>
                <button type="submit" class="button button-primary" aria-busy=move || busy.get().to_string()>
                    {if editing == Editing::New { "Create" } else { "Save" }}
                </button>
            </footer>
        </form>
    }
}

/// The effect of a changed type on the secret.
fn type_change(editing: Editing, confidential: bool) -> Option<impl IntoView> {
    let (class, role, text) = match (editing, confidential) {
        (Editing::Confidential, false) => (
            "notice notice-warning",
            "alert",
            "Saving destroys the client secret permanently. Anything that still uses it stops working.",
        ),
        (Editing::Public, true) => (
            "notice",
            "status",
            "Saving creates a client secret and shows it to you. The application must use it from then on.",
        ),
        _ => return None,
    };
    Some(view! { <p class=class role=role>{text}</p> })
}

/// The element to focus if a field is wrong.
fn focus_target(field: Field) -> &'static str {
    match field {
        Field::Name => "name",
        Field::RedirectUris => "redirect-uris",
        Field::Scopes => "scope-host-read-network_events",
        Field::Description => "description",
        Field::Website => "website",
        Field::PrivacyPolicy => "privacy-policy",
    }
}

/// A checkbox with a hint.
#[component]
fn Toggle(id: &'static str, label: &'static str, hint: &'static str, value: RwSignal<bool>) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    view! {
        <div class="toggle">
            <input type="checkbox" id=id bind:checked=value aria-describedby=hint_id.clone() />
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
