//! What the page, its cards and its dialogs share.

use latchkey_domain::ListQuery;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use super::address::{Address, DialogRoute, list_query, page_number};

/// The list and its address, in the context of the page.
#[derive(Clone, Copy)]
pub(super) struct ListContext {
    /// What the address asks of the list.
    pub(super) query: Memo<ListQuery>,
    /// Which page of the list is shown, from 1.
    pub(super) page: Memo<u32>,
    /// The client id and the new secret of an application whose secret was just created.
    pub(super) fresh_secret: RwSignal<Option<(String, String)>>,
    /// Counts requests to read the list again.
    pub(super) version: RwSignal<u32>,
    navigate: Callback<(String, bool)>,
}

impl ListContext {
    /// Follows the browser's address.
    pub(super) fn new() -> Self {
        let query = use_location().query;
        let navigate = use_navigate();
        Self {
            query: Memo::new(move |_| query.with(|query| list_query(|name| query.get(name)))),
            page: Memo::new(move |_| query.with(|query| page_number(query.get("page").as_deref()))),
            fresh_secret: RwSignal::new(None),
            version: RwSignal::new(0),
            navigate: Callback::new(move |(address, replace): (String, bool)| {
                navigate(
                    &address,
                    NavigateOptions {
                        replace,
                        scroll: false,
                        ..NavigateOptions::default()
                    },
                );
            }),
        }
    }

    /// Reads the list again.
    pub(super) fn refresh(self) {
        self.version.update(|version| *version += 1);
    }

    /// The address of the list as it is shown now, without a dialog.
    pub(super) fn address(self) -> Address {
        Address {
            query: self.query.get_untracked(),
            page: self.page.get_untracked(),
            dialog: None,
        }
    }

    /// Goes to an address of the page.
    pub(super) fn go(self, address: &Address) {
        self.navigate.run((address.to_string(), false));
    }

    /// The same without a new entry in the browser's history, for changes at every key.
    pub(super) fn replace(self, address: &Address) {
        self.navigate.run((address.to_string(), true));
    }

    /// Opens a dialog.
    pub(super) fn open(self, dialog: DialogRoute) {
        self.go(&self.address().with_dialog(dialog));
    }

    /// The click handler of a button that opens a dialog.
    pub(super) fn opener(self, dialog: DialogRoute) -> impl Fn(leptos::ev::MouseEvent) + Clone + 'static {
        move |_| self.open(dialog.clone())
    }

    /// Closes the dialog.
    pub(super) fn close(self) {
        self.go(&self.address());
    }
}
