//! The document of the interactive pages, and the scripts that start them.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::app::App;
use crate::components::document::document;
use crate::pages::admin::settings::oauth_applications::first_view;
use crate::request::{BrandSheet, Request};

/// Loads the WebAssembly while the document is still arriving, and replaces the body with what it renders. The page is
/// rendered anew instead of hydrated: before the WebAssembly runs, a translator, a password manager or a proxy may
/// change the HTML, and hydration would not find its elements. The focus, the typed text and the clicks are kept. If
/// the code panics, then or later, the page says so.
const START: &str = include_str!("start.js");

/// The whole document, rendered on the server. The scripts have the nonce of the Content-Security-Policy.
pub fn shell() -> impl IntoView {
    let assets = expect_context::<Request>().assets;
    let nonce = use_nonce();
    let BrandSheet(brand) = use_context().unwrap_or_default();
    let first = first_view::first_view();
    let title = first_view::title(first.as_ref());
    // The URLs of the module and of its WebAssembly contain their content hashes.
    let start = format!("{{const js={:?},wasm={:?};{START}}}", assets.js, assets.wasm);
    let scripts = view! {
        <script nonce=nonce.clone() inner_html=start></script>
        <link rel="modulepreload" href=assets.js.clone() nonce=nonce.clone() />
        <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
        {first.map(|first| first_view::carrier(&first))}
    };
    document(
        title,
        scripts,
        std::iter::once(assets.css.clone()).chain(brand).collect(),
        None,
        view! {
            <noscript>
                <p class="notice without-scripts">
                    "To create and change applications here, this page needs JavaScript. Without it you can read the applications, and open Activity, Connected members and Use it of each. The command "
                    <code class="mono" translate="no">"latchkey app"</code>
                    " does the rest on the server."
                </p>
            </noscript>
            <App />
        },
    )
}
