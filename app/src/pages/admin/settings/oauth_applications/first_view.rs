//! What the page shows first. The document carries it, so that nothing has to be asked for and nothing appears late: the
//! server reads it before it renders, the browser finds it in the head of the document.
//!
//! A Leptos `Resource` under `Suspense` hands its value to the browser only where the browser hydrates. This page is
//! rendered anew instead, so a resource would ask for the list again and show nothing until then.

use serde::{Deserialize, Serialize};

use crate::components::navigation::Visitor;
use crate::functions::applications::card::Listing;
use crate::functions::error::FunctionError;

/// What the page shows first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstView {
    pub visitor: Visitor,
    /// The network's name.
    pub network: String,
    /// The list that the address names.
    pub listing: Result<Listing, FunctionError>,
}

/// The id of the element that carries it, a `<script>` that holds JSON.
#[cfg(any(feature = "ssr", feature = "csr"))]
const ELEMENT: &str = "first-view";

/// What this page shows first.
#[cfg(feature = "ssr")]
pub(crate) fn first_view() -> Option<FirstView> {
    leptos::prelude::use_context()
}

/// What this page shows first; `None` if the document does not say, which only happens to a page that was saved or cut
/// off on its way.
#[cfg(all(feature = "csr", not(feature = "ssr")))]
pub(crate) fn first_view() -> Option<FirstView> {
    let json = leptos::prelude::document()
        .get_element_by_id(ELEMENT)?
        .text_content()?;
    serde_json::from_slice(json.as_bytes()).ok()
}

/// Without either feature there is no page.
#[cfg(not(any(feature = "ssr", feature = "csr")))]
pub(crate) fn first_view() -> Option<FirstView> {
    None
}

/// The element that carries it.
#[cfg(feature = "ssr")]
pub(crate) fn carrier(first: &FirstView) -> impl leptos::IntoView + use<> {
    use leptos::prelude::*;

    // Inside a script, only `<` could end it or open a comment.
    let json = serde_json::to_string(first)
        .unwrap_or_default()
        .replace('<', r"\u003c");
    view! { <script type="application/json" id=ELEMENT inner_html=json></script> }
}

/// Reads what the page shows first to the member who is signed in. `network` is the network's name, `query` the query of
/// the page's address.
#[cfg(feature = "ssr")]
pub async fn read(request: &crate::request::Request, network: String, query: &str) -> FirstView {
    let (search, page) = super::address::Address::list_at(query);
    let listing = crate::functions::reply::run(request, async |registrar, caller| {
        crate::functions::applications::listing(&registrar, &caller, &search, page).await
    })
    .await;
    // The page says what failed; its status says so to programs. What the person may not do is no failure.
    if let Err(error) = &listing
        && error.status() >= 500
    {
        request.status.set(error.status());
    }
    let visitor = request.viewer.as_ref().map(|viewer| Visitor {
        name: viewer.name.to_string(),
        is_host: viewer.role.is_host(),
    });
    FirstView {
        visitor: visitor.unwrap_or_default(),
        network,
        listing,
    }
}
