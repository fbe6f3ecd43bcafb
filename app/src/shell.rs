//! The HTML document around the application.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::app::App;
use crate::first;
use crate::request::Request;

/// The whole document, for the server to render. The scripts carry the nonce of the Content-Security-Policy.
pub fn shell() -> impl IntoView {
    let assets = expect_context::<Request>().assets;
    let nonce = use_nonce();
    // Loads the WebAssembly and hydrates; the module's address and its WebAssembly carry their content hashes.
    let start = format!(
        "import({js:?}).then(m=>m.default({{module_or_path:{wasm:?}}}).then(()=>m.hydrate()))",
        js = assets.js,
        wasm = assets.wasm
    );
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
