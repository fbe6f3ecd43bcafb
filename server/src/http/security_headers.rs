//! Headers that allow pages what they need and nothing else.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

use super::state::AppState;

/// For pages without scripts, and everything that is not a page.
const PLAIN: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                     frame-ancestors 'none'; base-uri 'none'";

/// The headers of what browsers open, besides those of every response.
const FOR_PAGES: [(HeaderName, &str); 5] = [
    (X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: browsers then send `Origin: null` with forms, so our own pages could not be recognized.
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
    ),
];

/// Adds the headers, except those that the handler has set.
pub(super) fn add(state: &AppState, headers: &mut HeaderMap) {
    for (name, value) in FOR_PAGES {
        set_default(headers, name, value);
    }
    add_always(state, headers, PLAIN);
}

/// Lets the window that opened this one keep access to it: many applications sign people in through a pop-up and wait
/// for it to return to their site. Only for the pages of that flow.
pub(super) async fn keep_opener(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let value = HeaderValue::from_static("unsafe-none");
    response
        .headers_mut()
        .insert(HeaderName::from_static("cross-origin-opener-policy"), value);
    response
}

/// Adds the headers of responses to programs: a browser that opens one never runs, frames or sniffs it.
pub(super) fn add_for_programs(state: &AppState, headers: &mut HeaderMap) {
    add_always(state, headers, "default-src 'none'; frame-ancestors 'none'");
}

fn add_always(state: &AppState, headers: &mut HeaderMap, policy: &'static str) {
    set_default(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set_default(headers, CONTENT_SECURITY_POLICY, policy);
    set_default(headers, CACHE_CONTROL, "no-store");
    if state.public_url.is_https() {
        set_default(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

fn set_default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

fn set_policy(headers: &mut HeaderMap, policy: &str) {
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// Lets the page run scripts with `nonce`, what they load, and WebAssembly.
pub(super) fn allow_scripts(headers: &mut HeaderMap, nonce: &str) {
    let policy = format!(
        "{PLAIN}; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src 'self'"
    );
    set_policy(headers, &policy);
}

/// Lets a plain page run this site's scripts, which are all files of the binary, and lets them call this site.
pub(super) fn allow_own_scripts(headers: &mut HeaderMap) {
    set_policy(
        headers,
        &format!("{PLAIN}; script-src 'self'; connect-src 'self'"),
    );
}

/// The same for `GraphiQL`, which creates styles at run time, embeds fonts and pictures in its style sheet, and parses its
/// input in a worker.
pub(super) fn allow_explorer(headers: &mut HeaderMap) {
    let styles = PLAIN
        .replace(
            "style-src 'self'",
            "style-src 'self' 'unsafe-inline'; font-src data:",
        )
        .replace("img-src 'self'", "img-src 'self' data:");
    set_policy(
        headers,
        &format!("{styles}; script-src 'self'; connect-src 'self'"),
    );
}

/// Lets the browser follow the page's form wherever its response leads. Chromium checks `form-action` against every
/// redirect after a form, including those of the application's own callback, which may lead to any host, port or
/// scheme: no source list can name them all. Only for pages whose form leads to an application.
///
/// `form-action` protects against an injected form. Here nothing can be injected: external values are escaped text,
/// only scripts of the binary run, and `base-uri` keeps the forms' URLs on this site.
pub(super) fn allow_any_redirect(headers: &mut HeaderMap) {
    let policy = headers
        .get(CONTENT_SECURITY_POLICY)
        .and_then(|policy| policy.to_str().ok());
    let policy = policy.unwrap_or(PLAIN).replace("form-action 'self'; ", "");
    set_policy(headers, &policy);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_the_policy_stays() {
        let mut headers = HeaderMap::new();
        allow_any_redirect(&mut headers);
        assert_eq!(
            headers[CONTENT_SECURITY_POLICY],
            "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"
        );
    }
}
