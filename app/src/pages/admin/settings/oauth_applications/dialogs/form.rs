//! The form for creating or editing an application.

use latchkey_domain::ApplicationDraft;
use latchkey_domain::application::{DraftErrors, Field};
use leptos::prelude::*;

use super::super::address::PATH;
use super::fields::Fields;
use super::inputs::{TextInput, Toggle, profile, redirect_input, signing_in};
use super::kind::{Kind, kind_choice};
use super::race::{self, Race, race_notice};
use super::scope_picker::ScopePicker;
use super::unsaved::{KEEP, Unsaved};
use crate::browser;
use crate::components::function_error_notice::FunctionErrorNotice;
use crate::components::live_text::live_text;
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

impl Editing {
    /// An application that exists.
    pub(super) fn existing(form: &ApplicationDraft) -> Self {
        if form.confidential {
            Self::Confidential
        } else {
            Self::Public
        }
    }

    /// Whether saving destroys the secret.
    fn destroys_secret(self, confidential: bool) -> bool {
        self == Self::Confidential && !confidential
    }
}

/// The form. It keeps the input until the server has accepted it.
#[component]
pub(in super::super) fn ApplicationForm(
    /// The initial values.
    initial: ApplicationDraft,
    editing: Editing,
    /// Sends a valid draft to the server.
    send: Callback<ApplicationDraft, Answer<Saved>>,
    /// Reads the application again after someone else changed it. From then on, `send` replaces that version.
    #[prop(optional)]
    reread: Option<Callback<(), Answer<ApplicationDraft>>>,
    /// Whether its first field has the focus.
    #[prop(optional)]
    has_focus: bool,
    on_saved: Callback<Saved>,
    on_close: Callback<()>,
) -> impl IntoView {
    let fields = Fields::new(&initial);
    let kind = RwSignal::new(Kind::of(&initial));
    let editing = RwSignal::new(editing);
    let is_new = editing.get_untracked() == Editing::New;
    let unsaved = expect_context::<Unsaved>();
    // What is stored, as far as this form knows.
    let base = RwSignal::new(initial);
    let errors = RwSignal::new(DraftErrors::default());
    let failure = RwSignal::new(None::<FunctionError>);
    let race = RwSignal::new(None::<Race>);
    let tried = RwSignal::new(false);
    let (more_open, signing_in_open) = (RwSignal::new(false), RwSignal::new(false));

    Effect::new(move || unsaved.typed.set(base.with(|base| fields.draft() != *base)));
    unsaved.hold_page();
    on_cleanup(move || unsaved.clear());
    // After the first attempt, validate on each change.
    Effect::new(move || {
        if tried.get() {
            errors.set(fields.draft().validate().err().unwrap_or_default());
        }
    });
    let show_errors = move |found: DraftErrors| {
        if let Some(field) = found.first() {
            match field {
                Field::Name | Field::RedirectUris | Field::Scopes => {}
                Field::Description | Field::Website | Field::PrivacyPolicy => more_open.set(true),
                Field::PostLogoutRedirectUris => signing_in_open.set(true),
            }
            browser::focus(focus_target(field).into());
        }
        errors.set(found);
    };
    let fail = move |error: FunctionError| {
        failure.set(Some(error));
        browser::focus("error".into());
    };
    let save = Action::new_unsync(move |draft: &ApplicationDraft| {
        let answer = send.run(draft.clone());
        async move {
            let answer = answer.await;
            if base.is_disposed() {
                return;
            }
            match (answer, reread) {
                (Ok(saved), _) => {
                    unsaved.clear();
                    on_saved.run(saved);
                }
                (Err(FunctionError::Invalid { errors }), _) => show_errors(errors),
                (Err(FunctionError::Stale), Some(reread)) => match reread.run(()).await {
                    _ if base.is_disposed() => {}
                    Ok(theirs) => {
                        let found = base.with_untracked(|base| Race::new(fields, base, theirs.clone()));
                        race.set(Some(found));
                        editing.set(Editing::existing(&theirs));
                        base.set(theirs);
                        browser::focus(race::NOTICE.into());
                    }
                    Err(error) => fail(error),
                },
                (Err(error), _) => fail(error),
            }
        }
    });
    let busy = save.pending();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let draft = untrack(|| fields.draft());
        failure.set(None);
        race.set(None);
        unsaved.keep();
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
    let close = unsaved.guard(on_close);
    let name = TextInput {
        id: "name",
        label: "Application Name",
        placeholder: Signal::stored("Mobile App"),
        hint: None,
        value: fields.name,
        error: error(Field::Name),
        is_required: true,
        has_focus,
        is_addresses: false,
    };

    view! {
        // Without scripts it leads back to the list.
        <form class="dialog-form" novalidate action=PATH on:submit=submit>
            <div class="dialog-body">
                <FunctionErrorNotice error=failure in_form=true />
                {move || race.get().map(|race| race_notice(race, fields))}
                {is_new.then(|| kind_choice(kind, fields.confidential))}
                <div class="form-columns">
                    <div class="form-column">
                        {name.into_view()}
                        {redirect_input(kind, fields, error(Field::RedirectUris))}
                        <Toggle
                            id="confidential"
                            label="Confidential client"
                            hint=Signal::derive(move || type_hint(fields.confidential.get()))
                            value=fields.confidential
                        />
                        {move || type_change(editing.get(), fields.confidential.get())}
                        <Toggle
                            id="skip-consent"
                            label="Skip consent screen"
                            hint=Signal::stored("Members are not asked. Only for applications you trust, such as your own. Members are still asked by public applications that return to their device.")
                            value=fields.skip_consent
                        />
                    </div>
                    <ScopePicker selected=fields.scopes error=error(Field::Scopes) />
                </div>
                {profile(fields, more_open, error)}
                {signing_in(fields, signing_in_open, error(Field::PostLogoutRedirectUris))}
            </div>
            <footer class="dialog-footer">
                {move || {
                    if unsaved.asking.get() {
                        discard_question(unsaved, on_close)
                    } else {
                        view! {
                            <button type="button" class="button" id="cancel" on:click=move |_| close.run(())>
                                "Cancel"
                            </button>
                            {save_button(editing, fields.confidential, busy)}
                        }
                            .into_any()
                    }
                }}
            </footer>
        </form>
    }
}

/// The button that sends the form. It says what it does.
fn save_button(editing: RwSignal<Editing>, confidential: RwSignal<bool>, busy: Memo<bool>) -> AnyView {
    let destroys = Memo::new(move |_| editing.get().destroys_secret(confidential.get()));
    let text = move || match (editing.get(), destroys.get()) {
        (Editing::New, _) => "Create",
        (_, true) => "Save and destroy secret",
        (_, false) => "Save",
    };
    view! {
        <button
            type="submit"
            id="save"
            class=move || if destroys.get() { "button button-danger" } else { "button button-primary" }
            aria-busy=move || busy.get().to_string()
        >
            {move || live_text(text())}
        </button>
    }
    .into_any()
}

/// Asks before the input is lost.
fn discard_question(unsaved: Unsaved, on_close: Callback<()>) -> AnyView {
    let discard = move |_| {
        unsaved.clear();
        on_close.run(());
    };
    let keep = move |_| {
        unsaved.keep();
        browser::focus("name".into());
    };
    view! {
        <p class="discard-question" role="alert">
            "Discard what you typed?"
        </p>
        <button type="button" class="button" id=KEEP on:click=keep>
            "Keep editing"
        </button>
        <button type="button" class="button button-danger" id="discard" on:click=discard>
            "Discard"
        </button>
    }
    .into_any()
}

const fn type_hint(confidential: bool) -> &'static str {
    if confidential {
        "It runs on a server that can keep a secret. Uncheck for native and single-page applications."
    } else {
        "It cannot keep a secret, so it gets none. It must use PKCE instead."
    }
}

/// The effect of a changed type on the secret.
fn type_change(editing: Editing, confidential: bool) -> Option<AnyView> {
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
    Some(view! { <p class=class role=role>{text}</p> }.into_any())
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
        Field::PostLogoutRedirectUris => "after-sign-out",
    }
}
