//! `/admin/settings/oauth-applications`: the interactive list of applications, the interactive page of one, and the plain
//! pages of one.

#[cfg(feature = "ssr")]
pub(crate) mod activity;
pub(crate) mod address;
mod application;
mod card;
mod context;
mod dialogs;
pub(crate) mod first_view;
mod head;
mod header;
#[cfg(feature = "ssr")]
pub(crate) mod import;
mod list;
#[cfg(feature = "ssr")]
pub(crate) mod logo;
#[cfg(feature = "ssr")]
pub(crate) mod members;
mod reading;
mod search;
mod tab;
mod tabs;
#[cfg(feature = "ssr")]
pub(crate) mod use_it;

use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use self::address::{Address, DialogRoute, NotFound};
use self::application::ApplicationPage;
use self::context::ListContext;
use self::dialogs::OpenDialog;
use self::first_view::first_view;
use self::list::ApplicationList;
use self::reading::Shown;
use crate::browser;
use crate::components::navigation::{AdminSection, Level, admin_page};
use crate::components::progress::progress;
use crate::functions::error::FunctionError;
use crate::pages::not_found::NotFoundPage;

/// The page.
#[component]
pub(crate) fn OAuthApplicationsPage() -> impl IntoView {
    let list = ListContext::new();
    provide_context(list);
    let path = use_location().pathname;
    let dialog = Memo::new(move |_| path.with(|path| Address::dialog_at(path)));
    return_focus(dialog);

    let first = first_view();
    let (visitor, network) = first
        .as_ref()
        .map(|first| (first.visitor.clone(), first.network.clone()))
        .unwrap_or_default();
    let content = first.map_or(Err(FunctionError::Unreadable), |first| first.content);
    let shown = Shown::new(list, content);
    provide_context(shown);
    keep_title(shown, network.clone());

    move_focus(Memo::new(move |_| shown.application.get()));
    // One memo says what to show. An effect that reads two of which one depends on the other can miss a change of both.
    let showing = Memo::new(move |_| {
        let application = shown.application.get();
        let is_missing = application.is_some()
            && shown.error.get() == Some(FunctionError::NotFound)
            && shown.details.read().is_none();
        if is_missing || dialog.read().is_err() {
            Showing::Nothing
        } else {
            application.map_or(Showing::List, Showing::Application)
        }
    });
    move || {
        // Not `into_any`: components are erased, so one page would be patched into the other, element by element.
        let (level, content) = match showing.get() {
            Showing::Nothing => return Either::Left(view! { <NotFoundPage /> }),
            Showing::List => (Level::Section, Either::Left(view! { <ApplicationList /> })),
            Showing::Application(client_id) => (
                Level::Below,
                Either::Right(view! { <ApplicationPage client_id /> }),
            ),
        };
        let section = AdminSection::OauthApplications;
        let page = admin_page(network.clone(), visitor.clone(), section, level, content);
        Either::Right(view! {
            {page}
            <OpenDialog dialog />
            {move || shown.reading.get().then(|| progress("Reading the applications"))}
        })
    }
}

/// What stands below the navigation.
#[derive(Clone, PartialEq)]
enum Showing {
    /// There is nothing at the address.
    Nothing,
    List,
    Application(String),
}

/// Returns the focus to the button that opened a dialog, after it has closed.
fn return_focus(dialog: Memo<Result<Option<DialogRoute>, NotFound>>) {
    Effect::new(move |before: Option<Option<DialogRoute>>| {
        let now = dialog.get().ok().flatten();
        if let Some(Some(before)) = before
            && now.is_none()
        {
            // What was chosen in the menu of a card is gone with the menu. The last focus wins.
            if let Some(client_id) = before.client_id() {
                browser::focus(card::menu_id(client_id));
            }
            browser::focus(before.opener());
        }
        now
    });
}

/// Moves the focus to the heading when the list takes the place of an application or the other way round.
fn move_focus(application: Memo<Option<String>>) {
    Effect::new(move |before: Option<Option<String>>| {
        let now = application.get();
        if before.is_some_and(|before| before != now) {
            browser::focus("page-title".into());
        }
        now
    });
}

/// Names the document after what is shown.
fn keep_title(shown: Shown, network: String) {
    Effect::new(move |before: Option<()>| {
        let name = match (shown.application.get(), shown.details.get()) {
            (Some(_), Some(details)) => details.card.form.name,
            _ => "OAuth Applications".to_owned(),
        };
        // The document arrives with a title.
        if before.is_some() {
            document().set_title(&format!("{name} · {network}"));
        }
    });
}
