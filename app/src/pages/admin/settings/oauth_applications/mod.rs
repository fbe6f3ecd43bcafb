//! `/admin/settings/oauth-applications`, the interactive list of applications, and the plain pages of one application.

#[cfg(feature = "ssr")]
pub(crate) mod activity;
pub(crate) mod address;
mod card;
mod context;
mod dialogs;
pub(crate) mod first_view;
mod header;
mod list;
mod search;
#[cfg(feature = "ssr")]
pub(crate) mod tabs;
#[cfg(feature = "ssr")]
pub(crate) mod use_it;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use self::address::{Address, DialogRoute, NotFound};
use self::context::ListContext;
use self::dialogs::OpenDialog;
use self::first_view::first_view;
use self::list::ApplicationList;
use crate::browser;
use crate::components::navigation::{AdminSection, Level, admin_page};
use crate::components::progress::progress;
use crate::functions::applications::card::Listing;
use crate::functions::applications::list_applications;
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
    let listing = RwSignal::new(first.map_or(Err(FunctionError::Unreadable), |first| first.listing));
    let reading = keep_current(list, listing);
    let found = Memo::new(move |_| dialog.read().is_ok());
    move || {
        if !found.get() {
            return NotFoundPage().into_any();
        }
        let page = admin_page(
            network.clone(),
            visitor.clone(),
            AdminSection::OauthApplications,
            Level::Section,
            view! { <ApplicationList listing /> },
        );
        view! {
            {page}
            <OpenDialog dialog />
            {move || reading.get().then(|| progress("Reading the list"))}
        }
        .into_any()
    }
}

/// Reads the list again when the address or the applications change. The last list stays until then. Returns whether it
/// is reading.
///
/// A Leptos `Resource` waits for an answer before it asks again, so a search would wait for the previous one. Here each
/// request starts at once, and only the last one counts.
fn keep_current(list: ListContext, listing: RwSignal<Result<Listing, FunctionError>>) -> RwSignal<bool> {
    let reading = RwSignal::new(false);
    let asked = StoredValue::new(0_usize);
    Effect::new(move |before: Option<()>| {
        let (query, page) = (list.query.get(), list.page.get());
        list.version.track();
        if before.is_none() {
            // The document already contains it.
            return;
        }
        let this = asked.get_value() + 1;
        asked.set_value(this);
        reading.set(true);
        browser::spawn(async move {
            let answer = list_applications(query, page).await;
            if asked.try_get_value() == Some(this) {
                listing.set(answer);
                reading.set(false);
            }
        });
    });
    reading
}

/// Returns the focus to the button that opened a dialog, after it has closed.
fn return_focus(dialog: Memo<Result<Option<DialogRoute>, NotFound>>) {
    Effect::new(move |before: Option<Option<DialogRoute>>| {
        let now = dialog.get().ok().flatten();
        if let Some(Some(before)) = before
            && now.is_none()
        {
            browser::focus(before.opener());
        }
        now
    });
}
