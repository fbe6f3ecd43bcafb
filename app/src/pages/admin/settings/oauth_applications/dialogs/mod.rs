//! The dialogs of the page, one file each.

mod create;
mod delete;
mod disconnect;
mod edit;
mod failed;
pub(super) mod form;
mod retire;
mod scope_picker;

use latchkey_domain::ApplicationDraft;
use leptos::prelude::*;

use super::address::{DialogRoute, NotFound};
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
    let opened = RwSignal::new(None::<Opened>);
    Effect::new(move || {
        let Ok(Some(route)) = dialog.get() else {
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
    });
    move || opened.get().map(show)
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
            DialogRoute::New | DialogRoute::Duplicate(_) => create::duplicate(card.form),
        },
    }
}
