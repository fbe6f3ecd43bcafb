//! A quiet button on a card.

use leptos::prelude::*;

/// A button on the card of `client_id`, with the id `own`. Its name is “Retire the old secret of Mobile App”: its label,
/// then the card's heading, which changes with the application.
pub(super) fn card_button(
    client_id: &str,
    own: String,
    label: &'static str,
    text: &'static str,
    press: Callback<()>,
) -> AnyView {
    let named = format!("{own} card-{client_id}");
    view! {
        <button
            type="button"
            class="button button-quiet"
            id=own
            aria-label=label
            aria-labelledby=named
            on:click=move |_| press.run(())
        >
            {text}
        </button>
    }
    .into_any()
}
