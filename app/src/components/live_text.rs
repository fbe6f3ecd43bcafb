//! Text that changes while the page is open.

use leptos::prelude::*;

/// Text that may change when the page is updated. Translators replace the text nodes of a page, and updates to a
/// replaced node are never seen. So the text is set as the content of an element.
#[cfg(not(feature = "ssr"))]
pub(crate) fn live_text(text: impl Into<String>) -> impl IntoView {
    let text = text.into();
    view! { <span prop:textContent=text></span> }
}

/// The same on the server, which cannot set properties. The browser renders the page again anyway.
#[cfg(feature = "ssr")]
pub(crate) fn live_text(text: impl Into<String>) -> impl IntoView {
    let text = text.into();
    view! { <span>{text}</span> }
}
