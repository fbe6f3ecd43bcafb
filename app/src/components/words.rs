//! Text that changes while the page is open.

use leptos::prelude::*;

/// Text that may be another one when the page is updated. A translator replaces the text nodes of a page by its own, and
/// what is written into a node that was replaced is never seen: so the text is set as the content of an element.
pub(crate) fn words(text: impl Into<String>) -> impl IntoView {
    let text = text.into();
    // The server writes no properties. The browser renders the page by itself, so that the two need not agree.
    #[cfg(feature = "ssr")]
    return view! { <span>{text}</span> };
    #[cfg(not(feature = "ssr"))]
    return view! { <span prop:textContent=text></span> };
}
