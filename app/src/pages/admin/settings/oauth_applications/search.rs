//! What the list shows: search, filters, order.

use latchkey_domain::{ListFilter, ListQuery, ListSort};
use leptos::prelude::*;

use super::address::Address;
use super::context::ListContext;
use super::reading::Shown;
use crate::components::icon::{Glyph, Icon};
use crate::components::live_text::live_text;

/// The first page of the list with another query.
fn start(query: ListQuery) -> Address {
    Address {
        query,
        ..Address::start()
    }
}

/// The row above the cards.
#[component]
pub(super) fn ListTools() -> impl IntoView {
    view! {
        <div class="list-tools">
            <SearchField />
            {filters()}
            {order()}
        </div>
    }
}

/// Searches while the person types, shortly after the last key.
#[component]
fn SearchField() -> impl IntoView {
    let list = expect_context::<ListContext>();
    let typed = RwSignal::new(list.query.get_untracked().search);
    // Back and forward change the address, so the field must follow.
    Effect::new(move || {
        let search = list.query.get().search;
        if typed.get_untracked().trim() != search {
            typed.set(search);
        }
    });
    let mut search = debounce(std::time::Duration::from_millis(150), move |text: String| {
        let text = text.trim().to_owned();
        let query = list.query.get_untracked();
        if text != query.search && list.application.get_untracked().is_none() {
            list.replace(&start(ListQuery {
                search: text,
                ..query
            }));
        }
    });
    view! {
        <div class="search" role="search">
            <Glyph icon=Icon::Search />
            <input
                class="input"
                id="search"
                type="search"
                aria-label="Search by name, client ID or redirect host"
                placeholder="Name, client ID or redirect host"
                autocomplete="off"
                spellcheck="false"
                prop:value=typed
                value=typed.get_untracked()
                title="Shortcut: /"
                aria-keyshortcuts="/"
                on:input=move |event| {
                    let text = event_target_value(&event);
                    typed.set(text.clone());
                    search(text);
                }
            />
        </div>
    }
}

/// Links to the applications in one state.
fn filters() -> impl IntoView {
    let list = expect_context::<ListContext>();
    let shown = expect_context::<Shown>();
    let failing = Memo::new(move |_| {
        shown
            .listing
            .with(|listing| listing.as_ref().map_or(0, |(_, listing)| listing.failing))
    });
    let link = move |filter: Option<ListFilter>| {
        let href = move || {
            let query = ListQuery {
                filter,
                ..list.query.get()
            };
            start(query).to_string()
        };
        let current = move || (list.query.read().filter == filter).then_some("true");
        let count = move || {
            let failing =
                Some(failing.get()).filter(|count| filter == Some(ListFilter::Failing) && *count > 0)?;
            Some(view! { <span class="filter-count">{live_text(failing.to_string())}</span> })
        };
        view! {
            <a class="filter" href=href aria-current=current data-noscroll="">
                {filter.map_or("All", ListFilter::label)}
                {count}
            </a>
        }
        .into_any()
    };
    let states = ListFilter::ALL
        .into_iter()
        .map(|filter| link(Some(filter)))
        .collect_view();
    view! {
        <nav class="filters" aria-label="Filter">
            {link(None)}
            {states}
        </nav>
    }
}

/// The order of the list.
fn order() -> impl IntoView {
    let list = expect_context::<ListContext>();
    let options = ListSort::ALL
        .into_iter()
        .map(|sort| {
            view! {
                <option value=sort.id() selected=list.query.get_untracked().sort == sort>
                    {sort.label()}
                </option>
            }
        })
        .collect_view();
    let choose = move |event| {
        if let Ok(sort) = event_target_value(&event).parse() {
            list.go(&start(ListQuery {
                sort,
                ..list.query.get_untracked()
            }));
        }
    };
    view! {
        <div class="order">
            <label for="sort">"Sort by"</label>
            <select
                class="input"
                id="sort"
                prop:value=move || list.query.read().sort.id()
                on:change=choose
            >
                {options}
            </select>
        </div>
    }
}
