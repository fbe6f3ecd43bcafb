//! What only a browser can do: focus, the clipboard, asking whether the server is back. On the server these do nothing,
//! since events and effects run in the browser alone.

use std::future::Future;

/// Moves the focus to the element with this id, after the page has been updated.
pub(crate) fn focus(id: String) {
    #[cfg(feature = "hydrate")]
    leptos::prelude::request_animation_frame(move || {
        use wasm_bindgen::JsCast;

        let element = leptos::prelude::document().get_element_by_id(&id);
        if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// Marks the page as alive, for styles, scripts and tests that wait for it.
pub(crate) fn mark_ready() {
    #[cfg(feature = "hydrate")]
    if let Some(body) = leptos::prelude::document().body() {
        let _ = body.set_attribute("data-ready", "");
    }
}

/// Copies text. `false` where the browser does not allow it (a page without HTTPS has no clipboard).
// On the server there is nothing to wait for.
#[cfg_attr(not(feature = "hydrate"), allow(clippy::unused_async))]
pub(crate) async fn copy(text: &str) -> bool {
    #[cfg(feature = "hydrate")]
    {
        let navigator = leptos::prelude::window().navigator();
        let supported =
            js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|it| !it.is_undefined());
        supported
            && wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(text))
                .await
                .is_ok()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = text;
        false
    }
}

/// Whether the server answers.
#[cfg(feature = "hydrate")]
pub(crate) async fn server_answers() -> bool {
    gloo_net::http::Request::get("/healthz")
        .send()
        .await
        .is_ok_and(|response| response.ok())
}

/// Whether the server answers.
#[cfg(not(feature = "hydrate"))]
// The same signature as in the browser.
#[allow(clippy::unused_async)]
pub(crate) async fn server_answers() -> bool {
    true
}

/// Runs a task in the browser; on the server nothing calls this.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    leptos::task::spawn_local(task);
}
