//! The dialogs of the page, one file each.

mod create;
mod delete;
mod disconnect;
pub(super) mod edit;
mod failed;
mod fields;
pub(super) mod form;
mod inputs;
mod kind;
mod pause_instead;
mod race;
mod ready;
mod retire;
mod scope_picker;
mod shortcuts;
pub(super) mod unsaved;

use latchkey_domain::ApplicationDraft;
use leptos::prelude::*;

use self::unsaved::Unsaved;
use super::address::{DialogRoute, NotFound};
use super::context::ListContext;
use crate::browser;
use crate::components::progress::progress;
use crate::functions::applications::card::ApplicationCard;
use crate::functions::applications::find_application;
use crate::functions::error::FunctionError;

/// The state of the dialog that the address names.
#[derive(Clone)]
enum Opened {
    /// A form for a new application.
    New,
    /// The application is being read: it may be missing from the current page of the list, or have changed.
    Loading,
    /// A dialog about an application.
    About(DialogRoute, Box<ApplicationCard>),
    /// The application does not exist, or reading it failed.
    Failed(FunctionError),
}

/// The dialog that the address names. It opens only in the browser: without a script a dialog would not work.
#[component]
pub(super) fn OpenDialog(dialog: Memo<Result<Option<DialogRoute>, NotFound>>) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let unsaved = Unsaved::new();
    provide_context(unsaved);
    let opened = RwSignal::new(None::<Opened>);
    Effect::new(move |before: Option<Option<DialogRoute>>| {
        let before = before.flatten();
        let route = dialog.get().ok().flatten();
        if before == route {
            return route;
        }
        if let Some(form) = &before
            && unsaved.ask()
        {
            // Back would lose what was typed: the form stays, and so does its address.
            list.go(&list.address().with_dialog(form.clone()));
            return before;
        }
        open(dialog, route.clone(), opened);
        route
    });
    shortcuts::listen(move || dialog.get_untracked() != Ok(None));
    move || opened.get().map(show)
}

/// Opens the dialog at `route`, after reading the application that it is about.
fn open(
    dialog: Memo<Result<Option<DialogRoute>, NotFound>>,
    route: Option<DialogRoute>,
    opened: RwSignal<Option<Opened>>,
) {
    let Some(route) = route else {
        opened.set(None);
        return;
    };
    let Some(client_id) = route.client_id().map(str::to_owned) else {
        opened.set(Some(Opened::New));
        return;
    };
    opened.set(Some(Opened::Loading));
    browser::spawn(async move {
        let found = find_application(client_id).await;
        // Meanwhile the address may name another dialog, or none.
        if dialog.try_get_untracked() == Some(Ok(Some(route.clone()))) {
            opened.set(Some(match found {
                Ok(card) => Opened::About(route, Box::new(card)),
                Err(error) => Opened::Failed(error),
            }));
        }
    });
}

fn show(opened: Opened) -> AnyView {
    match opened {
        Opened::New => create::create(ApplicationDraft::default(), "New OAuth Application"),
        Opened::Loading => progress("Opening the dialog").into_any(),
        Opened::Failed(error) => failed::failed(error),
        Opened::About(route, card) => match route {
            DialogRoute::Edit(_) => edit::edit(*card),
            DialogRoute::Delete(_) => delete::delete(*card),
            DialogRoute::Disconnect(_) => disconnect::disconnect(*card),
            DialogRoute::Retire(_, secret) => retire::retire(*card, secret),
            DialogRoute::Ready(_) => ready::ready(*card),
            DialogRoute::New | DialogRoute::Duplicate(_) => create::duplicate(card.form),
        },
    }
}
