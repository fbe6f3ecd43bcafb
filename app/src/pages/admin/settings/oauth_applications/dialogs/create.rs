//! **New OAuth Application** and **Duplicate**.

use latchkey_domain::{ApplicationDraft, ApplicationName};
use leptos::prelude::*;

use super::form::{ApplicationForm, Editing};
use super::unsaved::Unsaved;
use crate::components::dialog::{Dialog, DialogSize};
use crate::components::toast::Toasts;
use crate::functions::Answer;
use crate::functions::applications::card::Saved;
use crate::functions::applications::create_application;
use crate::pages::admin::settings::oauth_applications::address::{Address, DialogRoute};
use crate::pages::admin::settings::oauth_applications::context::ListContext;

/// A form for a new application, filled in with `initial`.
pub(super) fn create(initial: ApplicationDraft, title: &'static str) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let unsaved = expect_context::<Unsaved>();
    let on_close = Callback::new(move |()| list.close());
    let send = Callback::new(|draft| -> Answer<Saved> { Box::pin(create_application(draft)) });
    let on_saved = Callback::new(move |saved: Saved| {
        toasts.success("Application created");
        let ready = DialogRoute::Ready(saved.client_id.clone());
        list.fresh_secret
            .set(saved.new_secret.map(|secret| (saved.client_id, secret)));
        list.refresh();
        // The new card is the first on the first page. Back does not lead to an empty form.
        list.replace(&Address::start().with_dialog(ready));
    });
    view! {
        <Dialog title size=DialogSize::Form on_close=unsaved.guard(on_close)>
            <ApplicationForm initial editing=Editing::New send has_focus=true on_saved on_close />
        </Dialog>
    }
    .into_any()
}

/// A form for a copy of an application.
pub(super) fn duplicate(original: ApplicationDraft) -> AnyView {
    let name = format!("Copy of {}", original.name);
    let copy = ApplicationDraft {
        name: name.chars().take(ApplicationName::MAX_LENGTH).collect(),
        ..original
    };
    create(copy, "Duplicate OAuth Application")
}
