//! Keeps a filled form from being lost.

use leptos::prelude::*;

use crate::browser;

/// The id of the button that keeps the form.
pub(in super::super) const KEEP: &str = "keep-editing";

/// What a form would lose. It is in the context of the form, because the cross, Escape, Back and links leave it too.
#[derive(Clone, Copy)]
pub(in super::super) struct Unsaved {
    /// Whether the form differs from what is stored.
    pub(in super::super) typed: RwSignal<bool>,
    /// Whether the form asks to discard it.
    pub(in super::super) asking: RwSignal<bool>,
    /// Where the person wanted to go when the form asked.
    next: StoredValue<Option<String>>,
}

impl Unsaved {
    pub(in super::super) fn new() -> Self {
        Self {
            typed: RwSignal::new(false),
            asking: RwSignal::new(false),
            next: StoredValue::new(None),
        }
    }

    /// Asks if something would be lost. Returns whether it asks.
    pub(in super::super) fn ask(self) -> bool {
        let typed = self.typed.get_untracked();
        if typed {
            self.asking.set(true);
            browser::focus(KEEP.into());
        }
        typed
    }

    /// Asks before the person goes to `address`.
    pub(in super::super) fn ask_before(self, address: String) {
        self.next.set_value(Some(address));
        self.ask();
    }

    /// Where the person wanted to go when the form asked, once.
    pub(in super::super) fn next(self) -> Option<String> {
        self.next.try_update_value(Option::take).flatten()
    }

    /// The person goes on with the form.
    pub(in super::super) fn keep(self) {
        self.asking.set(false);
        self.next.set_value(None);
    }

    /// Nothing would be lost.
    pub(in super::super) fn clear(self) {
        let _ = self.typed.try_set(false);
        let _ = self.asking.try_set(false);
    }

    /// Runs `close` if nothing would be lost; asks otherwise.
    pub(in super::super) fn guard(self, close: Callback<()>) -> Callback<()> {
        Callback::new(move |()| {
            if !self.ask() {
                close.run(());
            }
        })
    }

    /// Makes the browser ask before it leaves the page.
    pub(in super::super) fn hold_page(self) {
        Effect::new(move || {
            if self.typed.get() {
                let handle = window_event_listener(leptos::ev::beforeunload, |event| event.prevent_default());
                on_cleanup(move || handle.remove());
            }
        });
    }
}
