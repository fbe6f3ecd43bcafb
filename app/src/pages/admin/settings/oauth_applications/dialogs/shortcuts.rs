//! Keyboard shortcuts of the page: `/` searches, `n` creates an application.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

/// Where a key is text or has a meaning of its own.
const TYPING: &str = "input, textarea, select, [contenteditable], [role=menu] *";

/// Listens as long as the page is open. Keys have no effect while `is_blocked`, such as under a dialog.
pub(super) fn listen(is_blocked: impl Fn() -> bool + Clone + 'static) {
    Effect::new(move || {
        let is_blocked = is_blocked.clone();
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if !is_for_something_else(&event) && !is_blocked() && press(&event.key()) {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

fn is_for_something_else(event: &KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    event.default_prevented()
        || event.is_composing()
        || event.repeat()
        || event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || target.is_some_and(|target| target.matches(TYPING).unwrap_or(false))
}

/// Does what `key` is for. Returns whether it is a shortcut and its element is on the page.
fn press(key: &str) -> bool {
    let (id, run): (&str, fn(&HtmlElement)) = match key {
        "/" => ("search", |field| {
            let _ = field.focus();
        }),
        "n" => ("new-application", HtmlElement::click),
        _ => return false,
    };
    let element = document()
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.inspect(run).is_some()
}
