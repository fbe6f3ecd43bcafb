//! The cards of the page, or what to show if there are none.

use latchkey_domain::{ListQuery, Plan};
use leptos::prelude::*;

use super::address::{Address, DialogRoute};
use super::card::ApplicationCard;
use super::context::ListContext;
use super::header::PageHeader;
use super::search::SearchField;
use crate::components::function_error_notice::FunctionErrorNotice;
use crate::components::icon::{Glyph, Icon};
use crate::components::live_text::live_text;
use crate::functions::applications::card::{ApplicationCard as CardData, Listing};
use crate::functions::error::FunctionError;

/// The page below its navigation. If reading fails, the last good list stays.
#[component]
pub(super) fn ApplicationList(listing: RwSignal<Result<Listing, FunctionError>>) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let shown = Memo::new(move |before: Option<&Option<Listing>>| match listing.get() {
        Ok(listing) => Some(listing),
        Err(_) => before.cloned().flatten(),
    });
    let error = Signal::derive(move || listing.get().err());
    let plan = Memo::new(move |_| shown.with(|shown| shown.as_ref().map(|listing| listing.plan)));
    let client_ids = Memo::new(move |_| {
        shown.with(|shown| {
            shown
                .iter()
                .flat_map(|listing| &listing.page.items)
                .map(|card| card.client_id.clone())
                .collect::<Vec<_>>()
        })
    });
    // The number of applications, the current page and the number of pages.
    let numbers = Memo::new(move |_| {
        shown.with(|shown| {
            shown
                .as_ref()
                .map(|listing| (listing.page.total, listing.page.number, listing.page.pages()))
        })
    });
    // Once shown, the field stays: the person may be typing in it.
    let is_worth_searching = Memo::new(move |before: Option<&bool>| {
        before == Some(&true)
            || !list.query.read().search.is_empty()
            || numbers.get().is_some_and(|(total, ..)| total > 0)
    });
    view! {
        <PageHeader plan />
        // An empty list needs no search. An empty result does.
        {move || is_worth_searching.get().then(|| view! { <SearchField /> })}
        <FunctionErrorNotice error />
        <p class="muted count" role="status">
            {move || {
                numbers.get().filter(|(total, ..)| *total > 0).map(|(total, ..)| live_text(count(total, &list.query.get().search)))
            }}
        </p>
        <div class="cards">
            <For each=move || client_ids.get() key=String::clone let:client_id>
                {card_of(shown, &client_id).map(|card| view! { <ApplicationCard client_id card /> })}
            </For>
        </div>
        {move || {
            numbers
                .get()
                .filter(|(total, ..)| *total == 0)
                .map(|_| {
                    if list.query.get() == ListQuery::default() {
                        let may_create = plan.get().is_some_and(Plan::includes_oauth_applications);
                        empty_list(list, may_create).into_any()
                    } else {
                        no_match(list).into_any()
                    }
                })
        }}
        {move || {
            // The links keep the search.
            list.query.track();
            numbers.get().map(|(_, number, pages)| pager(list, number, pages))
        }}
    }
}

/// The card with this id as last read. It exists as long as its row.
fn card_of(shown: Memo<Option<Listing>>, client_id: &str) -> Option<Memo<CardData>> {
    let id = client_id.to_owned();
    let find = move || {
        shown.with(|shown| {
            let items = &shown.as_ref()?.page.items;
            items.iter().find(|card| card.client_id == id).cloned()
        })
    };
    let first = untrack(&find)?;
    Some(Memo::new(move |before: Option<&CardData>| {
        find().unwrap_or_else(|| before.unwrap_or(&first).clone())
    }))
}

/// Links to the previous and the next page.
fn pager(list: ListContext, number: u32, pages: u32) -> Option<AnyView> {
    let link = |label: &'static str, target: u32, enabled: bool, rel: &'static str| {
        let address = Address {
            page: target,
            ..list.address()
        };
        // A disabled link has no address.
        let address = enabled.then(|| address.to_string());
        view! {
            <a class="button" class:button-off=!enabled aria-hidden=(!enabled).then_some("true") href=address rel=rel>
                {label}
            </a>
        }
    };
    (pages > 1).then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                {link("Previous", number.saturating_sub(1), number > 1, "prev")}
                <span class="muted">{live_text(format!("Page {number} of {pages}"))}</span>
                {link("Next", number + 1, number < pages, "next")}
            </nav>
        }
        .into_any()
    })
}

fn count(total: u64, search: &str) -> String {
    match (total, search.is_empty()) {
        (1, true) => "1 application".into(),
        (_, true) => format!("{total} applications"),
        (1, false) => format!("1 application matches “{search}”"),
        (_, false) => format!("{total} applications match “{search}”"),
    }
}

fn empty_list(list: ListContext, may_create: bool) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-mark">
                <Glyph icon=Icon::Key />
            </span>
            <h2>"No OAuth applications yet"</h2>
            <p class="muted">
                "Create one to get the client ID and secret that a third-party application needs to sign members in."
            </p>
            {may_create
                .then(|| {
                    view! {
                        <button type="button" class="button" id="first-application" on:click=list.opener(DialogRoute::New)>
                            "Create your first application"
                        </button>
                    }
                })}
        </div>
    }
}

fn no_match(list: ListContext) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{move || live_text(format!("Nothing matches “{}”", list.query.get().search))}</h2>
            <p class="muted">"Search looks at names and client IDs."</p>
            <button type="button" class="button" id="show-all" on:click=move |_| list.go(&Address::start())>
                "Show all applications"
            </button>
        </div>
    }
}
