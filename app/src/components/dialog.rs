//! A modal dialog, using the browser's `<dialog>`: it traps the focus, closes on Escape and stays on top.

use leptos::html;
use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// A modal dialog with a heading. `on_close` runs when the person closes it with Escape, the cross or a button.
#[component]
pub(crate) fn Dialog(
    /// The heading, which also names the dialog.
    #[prop(into)]
    title: Signal<String>,
    /// Closes it: goes to the address of the page behind it.
    on_close: Callback<()>,
    /// Whether it is a short question rather than a form.
    #[prop(optional)]
    small: bool,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    #[cfg(feature = "csr")]
    Effect::new(move || {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
        }
    });
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            class:dialog-small=small
            aria-labelledby="dialog-title"
            on:cancel=move |event: leptos::ev::Event| {
                // The address decides whether the dialog is open, so the browser must not close it.
                event.prevent_default();
                on_close.run(());
            }
        >
            <header class="dialog-header">
                <h2 id="dialog-title" class="dialog-title">
                    {title}
                </h2>
                <button type="button" class="icon-button" aria-label="Close" on:click=move |_| on_close.run(())>
                    <Glyph icon=Icon::Close />
                </button>
            </header>
            {children()}
        </dialog>
    }
}
