//! The cards of the page, or what stands there when there are none.

use latchkey_domain::Plan;
use leptos::prelude::*;

use super::{Address, Dialog, ListContext};
use crate::components::application_card::ApplicationCard;
use crate::components::icon::{Glyph, Icon};
use crate::components::pager::Pager;
use crate::components::refusal_notice::RefusalNotice;
use crate::functions::Refusal;
use crate::functions::applications::Listing;

/// The cards, the page numbers, and the words for an empty list.
#[component]
pub(super) fn ApplicationList(listing: Resource<Result<Listing, Refusal>>) -> impl IntoView {
    let list = expect_context::<ListContext>();
    // A failed reading leaves the last good list on the page.
    let last_good = Memo::new(move |before: Option<&Option<Listing>>| match listing.get() {
        Some(Ok(listing)) => Some(listing),
        _ => before.cloned().flatten(),
    });
    let refusal = Signal::derive(move || listing.get().and_then(Result::err));
    let client_ids = Memo::new(move |_| {
        last_good.with(|listing| {
            listing
                .iter()
                .flat_map(|listing| &listing.page.items)
                .map(|card| card.client_id.clone())
                .collect::<Vec<_>>()
        })
    });
    let total = Memo::new(move |_| {
        last_good.with(|listing| listing.as_ref().map_or(0, |listing| listing.page.total))
    });
    let number = Memo::new(move |_| {
        last_good.with(|listing| listing.as_ref().map_or(1, |listing| listing.page.number))
    });
    let pages = Memo::new(move |_| {
        last_good.with(|listing| listing.as_ref().map_or(1, |listing| listing.page.pages()))
    });
    let may_create = Memo::new(move |_| {
        last_good.with(|listing| {
            listing
                .as_ref()
                .is_some_and(|listing| listing.plan >= Plan::Scale)
        })
    });
    let empty = move || total.get() == 0 && last_good.with(Option::is_some);
    view! {
        <RefusalNotice refusal />
        <p class="muted count" role="status">
            {move || (total.get() > 0).then(|| count(total.get(), &list.search.get()))}
        </p>
        <div class="cards">
            <For each=move || client_ids.get() key=String::clone let:client_id>
                {
                    let id = client_id.clone();
                    // The card of this id as it was last read. It is there as long as its row is.
                    let card = Memo::new(move |before: Option<&Option<_>>| {
                        last_good
                            .with(|listing| {
                                listing.as_ref().and_then(|listing| listing.page.items.iter().find(|card| card.client_id == id).cloned())
                            })
                            .or_else(|| before.cloned().flatten())
                    });
                    card.get_untracked().map(|first| {
                        let card = Memo::new(move |_| card.get().unwrap_or_else(|| first.clone()));
                        view! { <ApplicationCard client_id card /> }
                    })
                }
            </For>
        </div>
        <Show when=empty>
            {move || if list.search.get().is_empty() { empty_list(list, may_create.get()).into_any() } else { no_match(list).into_any() }}
        </Show>
        <Pager number pages address=move |page| Address { page, ..Address::here(list) }.to_string() />
    }
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
                        <button type="button" class="button" on:click=move |_| list.open(Dialog::New)>
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
            <h2>"Nothing matches “" {list.search} "”"</h2>
            <p class="muted">"Search looks at names and client IDs."</p>
            <button type="button" class="button" on:click=move |_| list.go(&Address::start())>
                "Show all applications"
            </button>
        </div>
    }
}

/// What stands in place of the list while it is read for the first time.
#[component]
pub(super) fn ListSkeleton() -> impl IntoView {
    view! {
        <div class="cards" aria-busy="true">
            <div class="card skeleton"></div>
            <div class="card skeleton"></div>
        </div>
    }
}
