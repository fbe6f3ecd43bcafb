//! The WebAssembly entry point: it wakes up the page that the server has rendered, and nothing else.

// Views are types, nested as deep as the page.
#![recursion_limit = "512"]

#[cfg(target_arch = "wasm32")]
mod browser {
    use wasm_bindgen::prelude::wasm_bindgen;

    // The script calls it: the attribute exports it from the module whatever Rust thinks of its reach.
    #[allow(unreachable_pub)]
    /// Called once by the page's script: attaches listeners and state to the HTML that is already there.
    #[wasm_bindgen]
    pub fn hydrate() {
        std::panic::set_hook(Box::new(|panic| {
            web_sys::console::error_1(&panic.to_string().into());
        }));
        leptos::mount::hydrate_body(latchkey_app::App);
    }
}
