//! Keeps a filled form from being lost.

use leptos::prelude::*;

use crate::browser;

/// The id of the button that keeps the form.
pub(super) const KEEP: &str = "keep-editing";

/// What a form would lose. Dialogs share one in their context, because the cross, Escape and Back close them too.
#[derive(Clone, Copy)]
pub(super) struct Unsaved {
    /// Whether the form differs from what is stored.
    pub(super) typed: RwSignal<bool>,
    /// Whether the form asks to discard it.
    pub(super) asking: RwSignal<bool>,
}

impl Unsaved {
    pub(super) fn new() -> Self {
        Self {
            typed: RwSignal::new(false),
            asking: RwSignal::new(false),
        }
    }

    /// Asks if something would be lost. Returns whether it asks.
    pub(super) fn ask(self) -> bool {
        let typed = self.typed.get_untracked();
        if typed {
            self.asking.set(true);
            browser::focus(KEEP.into());
        }
        typed
    }

    /// Nothing would be lost.
    pub(super) fn clear(self) {
        let _ = self.typed.try_set(false);
        let _ = self.asking.try_set(false);
    }

    /// Runs `close` if nothing would be lost; asks otherwise.
    pub(super) fn guard(self, close: Callback<()>) -> Callback<()> {
        Callback::new(move |()| {
            if !self.ask() {
                close.run(());
            }
        })
    }

    /// Makes the browser ask before it leaves the page.
    pub(super) fn hold_page(self) {
        Effect::new(move || {
            if self.typed.get() {
                let handle = window_event_listener(leptos::ev::beforeunload, |event| event.prevent_default());
                on_cleanup(move || handle.remove());
            }
        });
    }
}
