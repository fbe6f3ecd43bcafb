//! The WebAssembly entry point: it renders the page in the browser, and nothing else.

// Views are types, nested as deep as the page.
#![recursion_limit = "512"]

#[cfg(target_arch = "wasm32")]
mod browser {
    use wasm_bindgen::prelude::wasm_bindgen;
    use web_sys::HtmlElement;

    // The script calls it: the attribute exports it from the module whatever Rust thinks of its reach.
    #[allow(unreachable_pub)]
    /// Renders the page into `place`, an element that is not part of the document. Called once by the page's script, which
    /// then puts what is in it in place of the HTML that the server has sent.
    #[wasm_bindgen]
    pub fn mount(place: HtmlElement) {
        std::panic::set_hook(Box::new(|panic| {
            web_sys::console::error_1(&panic.to_string().into());
        }));
        leptos::mount::mount_to(place, latchkey_app::App).forget();
    }
}
