//! What the page shows, as last read, and reading it again.

use latchkey_domain::{ListQuery, Plan};
use leptos::prelude::*;

use super::address::Address;
use super::context::ListContext;
use super::first_view::Content;
use crate::browser;
use crate::functions::applications::card::{Details, Listing};
use crate::functions::applications::{application_details, list_applications};
use crate::functions::error::FunctionError;

/// What the page shows: the list or an application, as last read. It is in the context of the page.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    /// The client id of the application that is shown instead of the list. It follows the address as soon as there is an
    /// answer.
    pub(super) application: RwSignal<Option<String>>,
    /// The list, and what was asked of it.
    pub(super) listing: RwSignal<Option<(ListQuery, Listing)>>,
    /// The application.
    pub(super) details: RwSignal<Option<Details>>,
    /// The network's plan.
    pub(super) plan: RwSignal<Option<Plan>>,
    /// Why the last attempt failed: what is shown is older.
    pub(super) error: RwSignal<Option<FunctionError>>,
    /// Whether a request is in progress.
    pub(super) reading: RwSignal<bool>,
}

impl Shown {
    /// Shows what the document already contains, and keeps it current.
    pub(super) fn new(list: ListContext, first: Result<Content, FunctionError>) -> Self {
        let shown = Self {
            application: RwSignal::new(None),
            listing: RwSignal::new(None),
            details: RwSignal::new(None),
            plan: RwSignal::new(None),
            error: RwSignal::new(None),
            reading: RwSignal::new(false),
        };
        shown.receive(untrack(|| Asked::now(list)), first);
        shown.keep_current(list);
        shown
    }

    /// Whether the plan lets hosts change applications.
    pub(super) fn may_change(self) -> Memo<bool> {
        Memo::new(move |_| self.plan.get().is_some_and(Plan::includes_oauth_applications))
    }

    /// Reads again when the address or the applications change. What was read last stays until then.
    ///
    /// A Leptos `Resource` waits for an answer before it asks again, so a search would wait for the previous one. Here each
    /// request starts at once, and only the last one counts.
    fn keep_current(self, list: ListContext) {
        let count = StoredValue::new(0_usize);
        let wanted = Memo::new(move |_| Asked::now(list));
        Effect::new(move |before: Option<()>| {
            let asked = wanted.get();
            list.version.track();
            if before.is_none() {
                // The document already contains it.
                return;
            }
            let this = count.get_value() + 1;
            count.set_value(this);
            self.reading.set(true);
            browser::spawn(async move {
                let answer = asked.clone().read().await;
                if count.try_get_value() != Some(this) {
                    return;
                }
                self.reading.set(false);
                if answer == Err(FunctionError::NotFound) && self.shows(&asked) {
                    // It was deleted.
                    list.replace(&Address::start());
                } else {
                    self.receive(asked, answer);
                }
            });
        });
    }

    /// Whether the application that was asked for has been shown.
    fn shows(self, asked: &Asked) -> bool {
        let Asked::Application(client_id) = asked else {
            return false;
        };
        self.details.with_untracked(|details| {
            details
                .as_ref()
                .is_some_and(|details| details.card.client_id == *client_id)
        })
    }

    fn receive(self, asked: Asked, answer: Result<Content, FunctionError>) {
        if answer.is_err() && !self.shows(&asked) {
            self.details.set(None);
        }
        let (application, query) = match asked {
            Asked::Application(client_id) => (Some(client_id), ListQuery::default()),
            Asked::List(query, _) => (None, query),
        };
        let error = match answer {
            Ok(Content::List(listing)) => {
                self.plan.set(Some(listing.plan));
                self.listing.set(Some((query, listing)));
                None
            }
            Ok(Content::Application(details)) => {
                self.plan.set(Some(details.plan));
                self.details.set(Some(*details));
                None
            }
            Err(error) => Some(error),
        };
        self.error.set(error);
        self.application.set(application);
    }
}

/// What the address asks of the server.
#[derive(Clone, PartialEq)]
enum Asked {
    List(ListQuery, u32),
    Application(String),
}

impl Asked {
    fn now(list: ListContext) -> Self {
        match list.application.get() {
            Some(part) => Self::Application(part.client_id),
            None => Self::List(list.query.get(), list.page.get()),
        }
    }

    async fn read(self) -> Result<Content, FunctionError> {
        match self {
            Self::List(query, page) => list_applications(query, page).await.map(Content::List),
            Self::Application(client_id) => {
                let details = application_details(client_id).await?;
                Ok(Content::Application(Box::new(details)))
            }
        }
    }
}
