//! Browser features: focus, the clipboard, reading text, checking whether the server is back. On the server these do nothing, because
//! events and effects run only in the browser.

use std::future::Future;

use crate::functions::error::FunctionError;

/// Moves the focus to the element with this id, after the next update of the page.
pub(crate) fn focus(id: String) {
    #[cfg(feature = "csr")]
    leptos::prelude::request_animation_frame(move || {
        use wasm_bindgen::JsCast;

        let element = leptos::prelude::document().get_element_by_id(&id);
        if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
    #[cfg(not(feature = "csr"))]
    let _ = id;
}

/// Calls `follow` with the address of a link that a plain click is to follow, if it starts with `below` and is not marked as
/// external.
pub(crate) fn on_link(below: &'static str, follow: impl Fn(&str) + 'static) {
    #[cfg(feature = "csr")]
    {
        use leptos::prelude::{document, window};
        use wasm_bindgen::JsCast;
        use wasm_bindgen::closure::Closure;
        use web_sys::{Element, MouseEvent};

        let listener = Closure::<dyn Fn(MouseEvent)>::new(move |event: MouseEvent| {
            let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok());
            let link = target.and_then(|target| {
                target
                    .closest("a[href]:not([rel~=external], [target], [download])")
                    .ok()
                    .flatten()
            });
            let address = link.as_ref().and_then(|link| link.get_attribute("href"));
            if let (Some(link), Some(address), 0, false) = (link, address, event.button(), modified)
                && address.starts_with(below)
            {
                event.prevent_default();
                follow(&address);
                if !link.has_attribute("data-noscroll") {
                    window().scroll_to_with_x_and_y(0.0, 0.0);
                }
            }
        });
        // Before the router sees the click.
        let listener = listener.into_js_value();
        let _ = document().add_event_listener_with_callback_and_bool("click", listener.unchecked_ref(), true);
    }
    #[cfg(not(feature = "csr"))]
    let _ = (below, follow);
}

/// Marks the page as interactive, for styles, scripts and tests that wait for it.
pub(crate) fn mark_ready() {
    #[cfg(feature = "csr")]
    if let Some(body) = leptos::prelude::document().body() {
        let _ = body.set_attribute("data-ready", "");
    }
}

/// Copies text. Returns `false` if the browser does not allow it.
// The server has nothing to wait for.
#[cfg_attr(not(feature = "csr"), allow(clippy::unused_async))]
pub(crate) async fn copy(text: &str) -> bool {
    #[cfg(feature = "csr")]
    {
        let navigator = leptos::prelude::window().navigator();
        let supported =
            js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|it| !it.is_undefined());
        supported
            && wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(text))
                .await
                .is_ok()
            || copy_from_field(text).unwrap_or(false)
    }
    #[cfg(not(feature = "csr"))]
    {
        let _ = text;
        false
    }
}

/// Copies by selecting a field, because a page without HTTPS has no clipboard. `public/scripts/copy.js` does the same
/// on plain pages.
#[cfg(feature = "csr")]
fn copy_from_field(text: &str) -> Option<bool> {
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

    let document = leptos::prelude::document();
    let before = document.active_element();
    let field = document.create_element("textarea").ok()?;
    let field: HtmlTextAreaElement = field.dyn_into().ok()?;
    field.set_value(text);
    field.set_class_name("visually-hidden");
    document.body()?.append_child(&field).ok()?;
    field.select();
    let done = document.unchecked_into::<HtmlDocument>().exec_command("copy");
    field.remove();
    if let Some(before) = before.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = before.focus();
    }
    done.ok()
}

/// The text at an address of this server.
#[cfg(feature = "csr")]
pub(crate) async fn text_at(address: &str) -> Result<String, FunctionError> {
    let response = gloo_net::http::Request::get(address)
        .send()
        .await
        .map_err(|_| FunctionError::Unreachable)?;
    if response.redirected() {
        // To the sign-in page.
        return Err(FunctionError::SignedOut);
    }
    match response.status() {
        200 => response.text().await.map_err(|_| FunctionError::Unreachable),
        404 => Err(FunctionError::NotFound),
        _ => Err(FunctionError::Unreadable),
    }
}

/// The text at an address of this server.
#[cfg(not(feature = "csr"))]
// The same signature as in the browser.
#[allow(clippy::unused_async)]
pub(crate) async fn text_at(_address: &str) -> Result<String, FunctionError> {
    Err(FunctionError::Unreachable)
}

/// Passes an answer on. If the server wants the password again, the browser goes to that form, which leads back here.
pub(crate) fn ask_again<T>(answer: Result<T, FunctionError>) -> Result<T, FunctionError> {
    #[cfg(feature = "csr")]
    if matches!(answer, Err(FunctionError::AskAgain)) {
        let location = leptos::prelude::window().location();
        let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        let here = web_sys::js_sys::encode_uri_component(&here);
        let _ = location.assign(&format!("/sign-in?again=true&return_to={here}"));
    }
    answer
}

/// Whether the server answers.
#[cfg(feature = "csr")]
pub(crate) async fn server_answers() -> bool {
    gloo_net::http::Request::get("/healthz")
        .send()
        .await
        .is_ok_and(|response| response.ok())
}

/// Whether the server answers.
#[cfg(not(feature = "csr"))]
// The same signature as in the browser.
#[allow(clippy::unused_async)]
pub(crate) async fn server_answers() -> bool {
    true
}

/// Runs a task in the browser; on the server nothing calls this.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    leptos::task::spawn_local(task);
}
