//! The bottom of a card: when the application was created and used, and how many members are connected.

use leptos::prelude::*;

use crate::components::live_text::live_text;
use crate::functions::applications::card::{ApplicationCard, Date};

/// `Created 23 Nov 2026 · Never used · No members connected`.
pub(super) fn history(card: &ApplicationCard) -> AnyView {
    let time = |date: &Date| view! { <time datetime=date.iso.clone()>{live_text(date.text.clone())}</time> };
    let used = if card.last_used.is_some() {
        "Last used "
    } else {
        "Never used"
    };
    view! {
        "Created "
        {time(&card.created)}
        " · "
        {live_text(used)}
        {card.last_used.as_ref().map(time)}
        " · "
        {live_text(connected(card.connected_members))}
    }
    .into_any()
}

/// `12 members connected`.
pub(crate) fn connected(members: u64) -> String {
    match members {
        0 => "No members connected".into(),
        1 => "1 member connected".into(),
        more => format!("{more} members connected"),
    }
}
