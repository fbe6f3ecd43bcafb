//! What the page, its cards and its dialogs share: the address.

use latchkey_domain::ListQuery;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use super::address::{Address, DialogRoute, PATH, Part, list_query, page_number};
use super::dialogs::unsaved::Unsaved;
use crate::browser;

/// The list and its address, in the context of the page.
#[derive(Clone, Copy)]
pub(super) struct ListContext {
    /// What the address asks of the list. An application's page keeps what was asked before.
    pub(super) query: Memo<ListQuery>,
    /// Which page of the list is shown, from 1.
    pub(super) page: Memo<u32>,
    /// The application that is shown instead of the list.
    pub(super) application: Memo<Option<Part>>,
    /// The form on the page of the application. While it would lose something, the page stays.
    pub(super) form: Unsaved,
    /// The client id and the new secret of an application whose secret was just created.
    pub(super) fresh_secret: RwSignal<Option<(String, String)>>,
    /// Counts requests to read again what is shown.
    pub(super) version: RwSignal<u32>,
    navigate: Callback<(String, bool)>,
}

impl ListContext {
    /// Follows the browser's address.
    pub(super) fn new() -> Self {
        let location = use_location();
        let (path, query) = (location.pathname, location.query);
        let navigate = use_navigate();
        let wanted = Memo::new(move |_| {
            path.with(|path| query.with(|query| Address::application_at(path, |name| query.get(name))))
        });
        let form = Unsaved::new();
        let application = Memo::new(move |before: Option<&Option<Part>>| match before {
            Some(Some(before)) if form.typed.get_untracked() => {
                wanted.track();
                Some(before.clone())
            }
            _ => wanted.get(),
        });
        // What the list asked for, and which page of it.
        let asked = Memo::new(move |before: Option<&(ListQuery, u32)>| match before {
            Some(before) if application.read().is_some() => before.clone(),
            _ => query.with(|query| {
                let value = |name: &str| query.get(name);
                (list_query(value), page_number(value("page").as_deref()))
            }),
        });
        let list = Self {
            query: Memo::new(move |_| asked.with(|(query, _)| query.clone())),
            page: Memo::new(move |_| asked.with(|(_, page)| *page)),
            application,
            form,
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
        };
        // A link, Back or a shortcut would lose what was typed: the form stays, and so does its address.
        Effect::new(move || {
            if wanted.get() != application.get() {
                let (path, query) = (path.get_untracked(), query.get_untracked());
                form.ask_before(path + &query.to_query_string());
                list.go(&list.address());
            }
        });
        // The router would change what is shown, but leave the address bar to a table of routes, which there is not.
        browser::on_link(PATH, move |address| list.visit(address));
        list
    }

    /// Reads again what is shown.
    pub(super) fn refresh(self) {
        self.version.update(|version| *version += 1);
    }

    /// The address of what is shown now, without a dialog. Changes with it.
    fn shown(self) -> Address {
        Address {
            query: self.query.get(),
            page: self.page.get(),
            application: self.application.get(),
            dialog: None,
        }
    }

    /// The address of what is shown now, without a dialog.
    pub(super) fn address(self) -> Address {
        untrack(|| self.shown())
    }

    /// Goes to an address of the page.
    pub(super) fn go(self, address: &Address) {
        self.visit(&address.to_string());
    }

    /// The same for an address as text.
    pub(super) fn visit(self, address: &str) {
        self.navigate.run((address.to_owned(), false));
    }

    /// The same without a new entry in the browser's history, for changes at every key.
    pub(super) fn replace(self, address: &Address) {
        self.navigate.run((address.to_string(), true));
    }

    /// The address of a dialog above what is shown.
    pub(super) fn link(self, dialog: DialogRoute) -> Signal<String> {
        Signal::derive(move || self.shown().with_dialog(dialog.clone()).to_string())
    }

    /// Closes the dialog.
    pub(super) fn close(self) {
        self.go(&self.address());
    }
}
