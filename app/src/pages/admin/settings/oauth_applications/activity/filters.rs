//! Which entries a page shows: links for the filters, and a form for the search.

use latchkey_domain::limits::ACTIVITY_SEARCHED;
use latchkey_registration::{ActivityArea, ActivityFilter};
use leptos::prelude::*;

/// The filter for what belongs to no application, as in addresses.
pub const UNMATCHED: &str = "unmatched";

/// What a page shows, as in its address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The page.
    pub path: String,
    /// The name of the filter; `None` for all.
    pub filter: Option<&'static str>,
    /// What is searched for, as typed.
    pub search: String,
    /// Whether these are the newest entries.
    pub is_newest: bool,
}

impl Shown {
    pub(crate) fn is_filtered(&self) -> bool {
        self.filter.is_some() || !self.search.is_empty()
    }

    fn address(&self, filter: Option<&str>, before: Option<i64>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(filter) = filter {
            query.append_pair("filter", filter);
        }
        if !self.search.is_empty() {
            query.append_pair("q", &self.search);
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        let query = query.finish();
        if query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{query}", self.path)
        }
    }

    /// The newest entries.
    pub(crate) fn newest(&self) -> Option<String> {
        (!self.is_newest).then(|| self.address(self.filter, None))
    }

    /// The entries before number `before`.
    pub(crate) fn older(&self, before: Option<i64>) -> Option<String> {
        before.map(|before| self.address(self.filter, Some(before)))
    }
}

/// The label of a filter.
const fn label(filter: ActivityFilter) -> &'static str {
    match filter {
        ActivityFilter::Failed => "Failed",
        ActivityFilter::Area(ActivityArea::Authorizations) => "Authorizations",
        ActivityFilter::Area(ActivityArea::Tokens) => "Tokens",
        ActivityFilter::Area(ActivityArea::Api) => "API",
    }
}

/// The filters and the search. `with_unmatched`: whether what belongs to no application can be chosen.
pub(crate) fn filters(shown: &Shown, with_unmatched: bool) -> impl IntoView + use<> {
    let known = ActivityFilter::ALL
        .iter()
        .map(|filter| (Some(filter.id()), label(*filter)));
    let unmatched = with_unmatched.then_some((Some(UNMATCHED), "Not matched to an application"));
    let links = std::iter::once((None, "All"))
        .chain(known)
        .chain(unmatched)
        .map(|(filter, label)| {
            let current = (filter == shown.filter).then_some("true");
            view! {
                <a href=shown.address(filter, None) aria-current=current>
                    {label}
                </a>
            }
        })
        .collect_view();
    let filter = shown
        .filter
        .map(|filter| view! { <input type="hidden" name="filter" value=filter /> });
    let clear = shown.is_filtered().then(|| {
        view! {
            <a class="button" href=shown.path.clone()>
                "Clear"
            </a>
        }
    });
    let bound = (!shown.search.is_empty()).then(|| {
        let entries = grouped(ACTIVITY_SEARCHED.into());
        view! {
            <p class="muted entry-bound">
                "Words, members and applications are searched among the newest " {entries}
                " entries. A request id is found among all."
            </p>
        }
    });
    view! {
        <nav class="activity-filters" aria-label="Filter the activity">
            {links}
        </nav>
        <form class="activity-search" method="get" action=shown.path.clone() role="search" aria-label="Search the activity">
            {filter}
            <label class="visually-hidden" for="q">
                "Search"
            </label>
            <input
                class="input"
                id="q"
                name="q"
                type="search"
                value=shown.search.clone()
                placeholder="Request id, member, or words of the message"
            />
            <button class="button" type="submit">
                "Search"
            </button>
            {clear}
        </form>
        {bound}
    }
}

/// A number with a comma for each thousand: `1,204`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_filter_and_search() {
        let shown = Shown {
            path: "/admin/activity".into(),
            filter: Some("failed"),
            search: "a&b".into(),
            is_newest: true,
        };
        assert_eq!(shown.address(None, None), "/admin/activity?q=a%26b");
        assert_eq!(
            shown.older(Some(7)).as_deref(),
            Some("/admin/activity?filter=failed&q=a%26b&before=7")
        );
        assert_eq!(shown.newest(), None);
        assert_eq!(
            Shown {
                search: String::new(),
                ..shown
            }
            .address(None, None),
            "/admin/activity"
        );
    }

    #[test]
    fn numbers_are_grouped() {
        let all = [7, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(all, ["7", "999", "1,000", "1,234,567"]);
    }
}
