//! The cards of the page, or what to show if there are none.

use latchkey_domain::{ListFilter, ListQuery, Plan};
use leptos::prelude::*;

use super::address::{self, Address, DialogRoute};
use super::card::ApplicationCard;
use super::context::ListContext;
use super::header::PageHeader;
use super::reading::Shown;
use super::search::ListTools;
use crate::components::function_error_notice::FunctionErrorNotice;
use crate::components::icon::{Glyph, Icon};
use crate::components::live_text::live_text;
use crate::functions::applications::card::ApplicationCard as CardData;

/// What a list has to say beside its cards: what was asked of it, and its numbers.
#[derive(Clone, PartialEq)]
struct Summary {
    query: ListQuery,
    total: u64,
    number: u32,
    pages: u32,
    may_create: bool,
}

/// The page below its navigation. If reading fails, the last good list stays, marked as old.
#[component]
pub(super) fn ApplicationList() -> impl IntoView {
    let list = expect_context::<ListContext>();
    let shown = expect_context::<Shown>();
    let client_ids = Memo::new(move |_| {
        shown.listing.with(|listing| {
            let cards = listing.iter().flat_map(|(_, listing)| &listing.page.items);
            cards.map(|card| card.client_id.clone()).collect::<Vec<_>>()
        })
    });
    let summary = Memo::new(move |_| {
        shown.listing.with(|listing| {
            listing.as_ref().map(|(query, listing)| Summary {
                query: query.clone(),
                total: listing.page.total,
                number: listing.page.number,
                pages: listing.page.pages(),
                may_create: Plan::includes_oauth_applications(listing.plan),
            })
        })
    });
    // Not a selector that counts: the cards of a document that is still arriving would move.
    let are_many = Memo::new(move |_| client_ids.read().len() > 12);
    let failed = Memo::new(move |_| shown.error.read().is_some());
    // Once shown, the tools stay: the person may be typing. A network without applications needs none.
    let is_worth_searching = Memo::new(move |before: Option<&bool>| {
        before == Some(&true)
            || *list.query.read() != ListQuery::default()
            || summary.get().is_some_and(|summary| summary.total > 0)
    });
    view! {
        <PageHeader />
        {move || is_worth_searching.get().then(|| view! { <ListTools /> })}
        <FunctionErrorNotice error=shown.error />
        {move || failed.get().then(|| old(list, client_ids.read().is_empty()))}
        <p class="muted count" role="status">
            {move || {
                summary
                    .get()
                    .filter(|summary| summary.total > 0 && !failed.get())
                    .map(|summary| live_text(count(summary.total, &summary.query)))
            }}
        </p>
        <div class="cards" class:cards-many=are_many class:cards-old=failed>
            <For each=move || client_ids.get() key=String::clone let:client_id>
                {card_of(shown, &client_id).map(|card| view! { <ApplicationCard client_id card /> })}
            </For>
        </div>
        {move || {
            summary
                .get()
                .filter(|summary| summary.total == 0 && !failed.get())
                .map(|summary| match nothing(&summary.query) {
                    None => empty_list(list, summary.may_create).into_any(),
                    Some((title, text)) => no_match(title, text).into_any(),
                })
        }}
        {move || {
            // The links keep the search.
            list.query.track();
            summary.get().map(|summary| pager(list, summary.number, summary.pages))
        }}
    }
}

/// The card with this id as last read. It exists as long as its row.
fn card_of(shown: Shown, client_id: &str) -> Option<Memo<CardData>> {
    let id = client_id.to_owned();
    let find = move || {
        shown.listing.with(|listing| {
            let (_, listing) = listing.as_ref()?;
            let mut cards = listing.page.items.iter();
            cards.find(|card| card.client_id == id).cloned()
        })
    };
    let first = untrack(&find)?;
    Some(Memo::new(move |before: Option<&CardData>| {
        find().unwrap_or_else(|| before.unwrap_or(&first).clone())
    }))
}

/// Says that the list is not what was asked for, and offers to ask again.
fn old(list: ListContext, is_empty: bool) -> impl IntoView {
    let text = if is_empty {
        "The applications could not be read."
    } else {
        "This is the list from before. It may be out of date."
    };
    view! {
        <p class="old-list">
            {live_text(text)}
            <button type="button" class="button" id="read-again" on:click=move |_| list.refresh()>
                "Try again"
            </button>
        </p>
    }
}

/// Links to the previous and the next page.
fn pager(list: ListContext, number: u32, pages: u32) -> Option<AnyView> {
    let link = |label: &'static str, target: u32, enabled: bool, rel: &'static str| {
        let address = Address {
            page: target,
            application: None,
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

/// `2 failing applications match “crm”`.
fn count(total: u64, query: &ListQuery) -> String {
    let state = match query.filter {
        None => "",
        Some(ListFilter::Failing) => "failing ",
        Some(ListFilter::Paused) => "paused ",
        Some(ListFilter::Public) => "public ",
        Some(ListFilter::NeverUsed) => "unused ",
    };
    let (plural, matches) = if total == 1 {
        ("", "matches")
    } else {
        ("s", "match")
    };
    let search = match query.search.as_str() {
        "" => String::new(),
        search => format!(" {matches} “{search}”"),
    };
    format!("{total} {state}application{plural}{search}")
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
                        <a class="button" id="first-application" href=list.link(DialogRoute::New) data-noscroll="">
                            "Create your first application"
                        </a>
                        <p class="muted">
                            "Or " <a href=address::import() rel="external">
                                "import one from another Latchkey"
                            </a> "."
                        </p>
                    }
                })}
        </div>
    }
}

/// The heading and the text of a list without a match; `None` if all applications were asked for.
fn nothing(query: &ListQuery) -> Option<(String, &'static str)> {
    let search = &query.search;
    if !search.is_empty() {
        let among = query
            .filter
            .map(|filter| format!(" among “{}”", filter.label()))
            .unwrap_or_default();
        return Some((
            format!("Nothing matches “{search}”{among}"),
            "Search looks at names, client IDs and the hosts of redirect URIs.",
        ));
    }
    let (title, text) = match query.filter? {
        ListFilter::Failing => (
            "Nothing is failing",
            "No application had a failed request in the last hour.",
        ),
        ListFilter::Paused => (
            "Nothing is paused",
            "The tokens of a paused application are refused until a host resumes it.",
        ),
        ListFilter::Public => (
            "No public applications",
            "Mobile, desktop and single-page applications are public: they cannot keep a secret.",
        ),
        ListFilter::NeverUsed => (
            "Every application has been used",
            "An application counts as used when it has received a token.",
        ),
    };
    Some((title.to_owned(), text))
}

fn no_match(title: String, text: &'static str) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{live_text(title)}</h2>
            <p class="muted">{live_text(text)}</p>
            <a class="button" id="show-all" href=Address::start().to_string()>
                "Show all applications"
            </a>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(search: &str, filter: Option<ListFilter>) -> ListQuery {
        ListQuery {
            search: search.into(),
            filter,
            ..ListQuery::default()
        }
    }

    #[test]
    fn the_count_says_what_was_asked() {
        for (total, search, filter, text) in [
            (1, "", None, "1 application"),
            (41, "", None, "41 applications"),
            (1, "crm", None, "1 application matches “crm”"),
            (2, "crm", None, "2 applications match “crm”"),
            (2, "", Some(ListFilter::Failing), "2 failing applications"),
            (
                1,
                "x",
                Some(ListFilter::NeverUsed),
                "1 unused application matches “x”",
            ),
        ] {
            assert_eq!(count(total, &query(search, filter)), text);
        }
    }

    #[test]
    fn an_empty_list_says_what_there_is_none_of() {
        for (search, filter, title) in [
            ("crm", None, "Nothing matches “crm”"),
            (
                "crm",
                Some(ListFilter::Paused),
                "Nothing matches “crm” among “Paused”",
            ),
            ("", Some(ListFilter::Failing), "Nothing is failing"),
            ("", Some(ListFilter::Paused), "Nothing is paused"),
            ("", Some(ListFilter::Public), "No public applications"),
            ("", Some(ListFilter::NeverUsed), "Every application has been used"),
        ] {
            assert_eq!(nothing(&query(search, filter)).unwrap().0, title);
        }
        assert_eq!(nothing(&query("", None)), None);
    }
}
