//! Headers that tell the browser what the pages need, and to allow nothing else.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};
use latchkey_domain::RedirectUri;

use super::state::AppState;

/// For pages without scripts, and whatever else is no page.
const PLAIN: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                     frame-ancestors 'none'; base-uri 'none'";

/// What every answer has.
const ALWAYS: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: browsers then send `Origin: null` with forms, and the same site could not be told from others.
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

/// Adds the headers. A handler that has set one of them itself knows better.
pub(super) async fn add(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        set_default(headers, name, value);
    }
    set_default(headers, CONTENT_SECURITY_POLICY, PLAIN);
    set_default(headers, CACHE_CONTROL, "no-store");
    if state.public_url.is_https() {
        set_default(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Lets the window that opened this one keep hold of it: many applications sign people in through a pop-up window, and
/// wait for it to come back to their own site. For the pages on that way only.
pub(super) async fn keep_opener(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let value = HeaderValue::from_static("unsafe-none");
    response
        .headers_mut()
        .insert(HeaderName::from_static("cross-origin-opener-policy"), value);
    response
}

/// Adds the headers of answers to programs: they are never run, framed or guessed at, should a browser open one.
pub(super) async fn add_for_programs(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    set_default(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set_default(
        headers,
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    );
    set_default(headers, CACHE_CONTROL, "no-store");
    if state.public_url.is_https() {
        set_default(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

fn set_default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

/// Lets the page run the scripts that carry `nonce`, what they load, and WebAssembly.
pub(super) fn allow_scripts(headers: &mut HeaderMap, nonce: &str) {
    let policy = format!(
        "{PLAIN}; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src 'self'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// Lets a plain page run the scripts of this site, which all are files of the binary, and lets these call this site.
pub(super) fn allow_own_scripts(headers: &mut HeaderMap) {
    let policy = format!("{PLAIN}; script-src 'self'; connect-src 'self'");
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// The same for `GraphiQL`, which makes styles as it runs, carries its letters in its style sheet, and reads what it is
/// given in a worker of its own.
pub(super) fn allow_explorer(headers: &mut HeaderMap) {
    let styles = PLAIN.replace(
        "style-src 'self'",
        "style-src 'self' 'unsafe-inline'; font-src data:",
    );
    let policy = format!("{styles}; script-src 'self'; connect-src 'self'");
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// Lets the page's forms end at `target`: Chromium holds `form-action` against every address that a form is redirected
/// to, and would stop the browser on its way back to the application.
pub(super) fn allow_form_target(headers: &mut HeaderMap, target: &RedirectUri) {
    let policy = PLAIN.replace(
        "form-action 'self'",
        &format!("form-action 'self' {}", form_target(target)),
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// The source expression (CSP level 3 section 2.3.1) for where a redirect URI leads: its scheme. Its origin would be
/// too little: many applications send the browser on from their callback, from `api.` to `www.` or from one local port
/// to another, and Chromium stops that too, long after the person has left this site.
fn form_target(target: &RedirectUri) -> String {
    let scheme = target.as_str().split(':').next().unwrap_or_default();
    format!("{}:", scheme.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_may_end_where_the_redirect_uri_leads() {
        for (uri, source) in [
            ("https://myapp.com/oauth/callback?a=1;script-src", "https:"),
            ("HTTPS://myapp.com", "https:"),
            ("http://127.0.0.1:51234/cb", "http:"),
            ("http://[::1]:51234/cb", "http:"),
            ("com.example.app:/oauth", "com.example.app:"),
            ("com.example.app://x;script-src/oauth", "com.example.app:"),
        ] {
            assert_eq!(form_target(&uri.parse().unwrap()), source, "{uri}");
        }
    }

    #[test]
    fn the_rest_of_the_policy_stays() {
        let mut headers = HeaderMap::new();
        allow_form_target(&mut headers, &"https://myapp.com/cb".parse().unwrap());
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert_eq!(policy.replace(" https:", ""), PLAIN);
        assert!(policy.contains("form-action 'self' https:;"), "{policy}");
    }
}
