//! The HTML document around the application.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::app::App;
use crate::first;
use crate::request::Request;

/// Loads the WebAssembly and replaces the body by what it renders. The page is rendered anew rather than hydrated: until
/// the WebAssembly runs, a translator, a password manager or a proxy may have changed the HTML, and hydration would look for
/// its elements where they no longer are. The focus stays, and so does what was typed. Should the code panic, then or
/// later, the page says so.
const START: &str = include_str!("start.js");

/// The whole document, for the server to render. The scripts carry the nonce of the Content-Security-Policy.
pub fn shell() -> impl IntoView {
    let assets = expect_context::<Request>().assets;
    let nonce = use_nonce();
    // The addresses of the module and of its WebAssembly carry their content hashes.
    let start = format!("const js={:?},wasm={:?};{START}", assets.js, assets.wasm);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <title>"OAuth Applications · Admin"</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=assets.css.clone() />
                <link rel="modulepreload" href=assets.js.clone() nonce=nonce.clone() />
                <link
                    rel="preload"
                    href=assets.wasm.clone()
                    r#as="fetch"
                    r#type="application/wasm"
                    crossorigin="anonymous"
                />
                {first::first_view().map(|first| first::carrier(&first))}
                <script type="module" nonce=nonce inner_html=start></script>
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
