//! A modal dialog, using the browser's `<dialog>`: it traps the focus and stays on top.

use leptos::html;
use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// How wide a dialog is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum DialogSize {
    /// A short question.
    Question,
    /// Text and a few values.
    Panel,
    /// A form with two columns.
    Form,
}

impl DialogSize {
    const fn class(self) -> &'static str {
        match self {
            Self::Question => "dialog dialog-question",
            Self::Panel => "dialog",
            Self::Form => "dialog dialog-wide",
        }
    }
}

/// A modal dialog with a heading. `on_close` runs when the person closes it with Escape, the cross or a button.
#[component]
pub(crate) fn Dialog(
    /// The heading, which also names the dialog.
    #[prop(into)]
    title: Signal<String>,
    size: DialogSize,
    /// Closes it: goes to the address of the page behind it.
    on_close: Callback<()>,
    /// Whether the heading gets the focus, for a dialog that reports something. By default it is the element with
    /// `autofocus`.
    #[prop(optional)]
    announce: bool,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let heading = NodeRef::<html::H2>::new();
    // The address decides whether it is open.
    let open = move || {
        #[cfg(feature = "csr")]
        if let Some(dialog) = dialog.get_untracked()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
        }
    };
    Effect::new(move || {
        dialog.track();
        open();
        if announce && let Some(heading) = heading.get() {
            let _ = heading.focus();
        }
    });
    view! {
        <dialog
            node_ref=dialog
            class=size.class()
            aria-labelledby="dialog-title"
            on:keydown=move |event| {
                // An input method uses Escape too.
                if event.key() == "Escape" && !event.is_composing() && !event.default_prevented() {
                    event.prevent_default();
                    on_close.run(());
                }
            }
            // The gesture that goes back on a phone.
            on:cancel=move |event: leptos::ev::Event| {
                event.prevent_default();
                on_close.run(());
            }
            // Browsers close a dialog without asking when Escape is pressed twice.
            on:close=move |_| {
                open();
                on_close.run(());
            }
        >
            <header class="dialog-header">
                <h2 id="dialog-title" class="dialog-title" tabindex="-1" node_ref=heading>
                    {title}
                </h2>
                <button type="button" class="icon-button" aria-label="Close" title="Close (Esc)" on:click=move |_| on_close.run(())>
                    <Glyph icon=Icon::Close />
                </button>
            </header>
            {children()}
        </dialog>
    }
}
