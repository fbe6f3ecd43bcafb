//! Text that changes while the page is open.

use leptos::prelude::*;

/// Text that may be another one when the page is updated. A translator replaces the text nodes of a page by its own, and
/// what is written into a node that was replaced is never seen: so the text is set as the content of an element.
#[cfg(not(feature = "ssr"))]
pub(crate) fn live_text(text: impl Into<String>) -> impl IntoView {
    let text = text.into();
    view! { <span prop:textContent=text></span> }
}

/// The same on the server, which writes no properties. The browser renders the page by itself.
#[cfg(feature = "ssr")]
pub(crate) fn live_text(text: impl Into<String>) -> impl IntoView {
    let text = text.into();
    view! { <span>{text}</span> }
}
