//! The document of the interactive pages, and the scripts that start them.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::app::App;
use crate::components::document::document;
use crate::pages::admin::settings::oauth_applications::first_view;
use crate::request::Request;

/// Loads the WebAssembly while the document is still arriving, and replaces the body by what it renders. The page is
/// rendered anew rather than hydrated: until the WebAssembly runs, a translator, a password manager or a proxy may have
/// changed the HTML, and hydration would look for its elements where they no longer are. The focus stays, and so does what
/// was typed and clicked. If the code panics, then or later, the page says so.
const START: &str = include_str!("start.js");

/// The whole document, for the server to render. The scripts carry the nonce of the Content-Security-Policy.
pub fn shell() -> impl IntoView {
    let assets = expect_context::<Request>().assets;
    let nonce = use_nonce();
    let first = first_view::first_view();
    let network = first
        .as_ref()
        .map(|first| first.network.clone())
        .unwrap_or_default();
    // The addresses of the module and of its WebAssembly carry their content hashes.
    let start = format!("{{const js={:?},wasm={:?};{START}}}", assets.js, assets.wasm);
    let scripts = view! {
        <script nonce=nonce.clone() inner_html=start></script>
        <link rel="modulepreload" href=assets.js.clone() nonce=nonce.clone() />
        <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
        {first.map(|first| first_view::carrier(&first))}
    };
    document(
        format!("OAuth Applications · {network}"),
        scripts,
        vec![assets.css.clone()],
        None,
        view! { <App /> },
    )
}
