//! What the page shows first. The document carries it, so that nothing has to be asked for and nothing appears late: the
//! server reads it before it renders, the browser finds it in the head of the document.
//!
//! A Leptos `Resource` under `Suspense` would do the same, for 14 kB of WebAssembly more: all that the page waits for
//! later, it waits for in an event of its own.

use serde::{Deserialize, Serialize};

use crate::functions::Refusal;
use crate::functions::applications::Listing;

/// What the page shows first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstView {
    /// The name of who is signed in.
    pub viewer: String,
    /// The network's name.
    pub network: String,
    /// The list that the address names.
    pub listing: Result<Listing, Refusal>,
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

#[cfg(feature = "ssr")]
pub use self::reading::read;

#[cfg(feature = "ssr")]
mod reading {
    use super::FirstView;
    use crate::functions::Refusal;
    use crate::functions::applications::listing;
    use crate::functions::reply::refuse;
    use crate::pages::oauth_applications::Address;
    use crate::request::Request;

    /// Reads what a page shows first to who is signed in. `network` is the network's name, `query` the query of the
    /// page's address.
    pub async fn read(request: &Request, network: String, query: &str) -> FirstView {
        let (search, page) = Address::list_at(query);
        let listing = match request.caller() {
            None => Err(Refusal::SignedOut),
            Some(caller) => listing(&request.registrar, &caller, &search, page)
                .await
                .map_err(|error| refuse(request, error)),
        };
        // The page says what failed; its status says so to programs. What the person may not do is no failure.
        if let Err(refusal) = &listing
            && refusal.status() >= 500
        {
            request.status.set(refusal.status());
        }
        let viewer = request.viewer.as_ref().map(|viewer| viewer.name.to_string());
        FirstView {
            viewer: viewer.unwrap_or_default(),
            network,
            listing,
        }
    }
}
