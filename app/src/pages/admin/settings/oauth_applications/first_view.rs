//! The initial data of the page. The document contains it, so that nothing is fetched and nothing appears late: the
//! server reads it before rendering, and the browser finds it in the head of the document.
//!
//! A Leptos `Resource` under `Suspense` passes its value to the browser only with hydration. This page is rendered anew
//! instead, so a resource would fetch the list again and show nothing until then.

use serde::{Deserialize, Serialize};

use crate::components::navigation::Visitor;
use crate::functions::applications::card::{Details, Listing};
use crate::functions::error::FunctionError;

/// The initial data of the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstView {
    pub visitor: Visitor,
    /// The network's name.
    pub network: String,
    /// What the address names.
    pub content: Result<Content, FunctionError>,
}

/// What an address of the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    List(Listing),
    Application(Box<Details>),
}

/// The id of the element that contains it, a `<script>` with JSON.
#[cfg(any(feature = "ssr", feature = "csr"))]
const ELEMENT: &str = "first-view";

/// The initial data of this page.
#[cfg(feature = "ssr")]
pub(crate) fn first_view() -> Option<FirstView> {
    leptos::prelude::use_context()
}

/// The initial data of this page; `None` if the document has none, which happens only to a saved or truncated page.
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

/// The element that contains it.
#[cfg(feature = "ssr")]
pub(crate) fn carrier(first: &FirstView) -> impl leptos::IntoView + use<> {
    use leptos::prelude::*;

    // Inside a script, only `<` can end it or open a comment.
    let json = serde_json::to_string(first)
        .unwrap_or_default()
        .replace('<', r"\u003c");
    view! { <script type="application/json" id=ELEMENT inner_html=json></script> }
}

/// The title of the document.
#[cfg(feature = "ssr")]
pub(crate) fn title(first: Option<&FirstView>) -> String {
    let Some(first) = first else {
        return "Admin".to_owned();
    };
    let page = match &first.content {
        Ok(Content::Application(details)) => &details.card.form.name,
        Ok(Content::List(_)) | Err(_) => "OAuth Applications",
    };
    format!("{page} · {}", first.network)
}

/// Reads the initial data for the signed-in member. `network` is the network's name, `path` and `query` are those of the
/// page's URL.
#[cfg(feature = "ssr")]
pub async fn read(request: &crate::request::Request, network: String, path: &str, query: &str) -> FirstView {
    use super::address::{Address, parameter};
    use crate::functions::applications::{details, listing};

    let application = Address::application_at(path, |name| parameter(query, name));
    let content = crate::functions::reply::run(request, async |registrar, caller| {
        if let Some(part) = application {
            let details = details(&registrar, &caller, &part.client_id).await?;
            return Ok(Content::Application(Box::new(details)));
        }
        let (wanted, page) = Address::list_at(query);
        Ok(Content::List(listing(&registrar, &caller, &wanted, page).await?))
    })
    .await;
    // The page shows the error, and its status tells programs. A missing permission is not an error.
    if let Err(error) = &content
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
        content,
    }
}
