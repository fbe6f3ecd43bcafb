//! Errors as text for a browser or a program. A handler returns a [`Failure`]; later [`render`] turns it into a page
//! or JSON, as the client prefers.

use std::any::Any;

use axum::extract::Request;
use axum::response::{Html, IntoResponse, Response};
use axum::{Json, body::Body};
use http::HeaderMap;
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE, RETRY_AFTER};
use latchkey_app::pages::{ErrorPage, Frame};
use latchkey_domain::ClientId;
use serde_json::json;

use super::failure::Failure;
use super::pages;
use super::request_id::RequestId;
use super::state::AppState;

/// The response after a panic in a handler.
// The calling layer passes the panic by value.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    tracing::error!(message = panic_message(&*panic), "a handler panicked");
    Failure::Internal.into_response()
}

/// The panic's message, for the log.
pub(super) fn panic_message<'a>(panic: &'a (dyn Any + Send + 'static)) -> &'a str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&'static str>().copied())
        .unwrap_or("no message")
}

/// Who reads the response if it is an error.
pub(super) struct Reader {
    wants_json: bool,
    request_id: String,
    /// The application whose page was opened.
    application: Option<ClientId>,
}

impl Reader {
    /// The sender of `request`.
    pub(super) fn of(request: &Request) -> Self {
        let id = request.extensions().get::<RequestId>();
        Self {
            wants_json: wants_json(request.uri().path(), request.headers()),
            application: application(request.uri().path()),
            request_id: id.map(|RequestId(id)| id.clone()).unwrap_or_default(),
        }
    }
}

/// Adds the text to a failure, and to bare errors from the framework.
pub(super) async fn render(state: &AppState, reader: Reader, response: Response) -> Response {
    let failure = match response.extensions().get::<Failure>() {
        Some(failure) => *failure,
        None if is_bare(&response) => Failure::of(response.status()),
        None => return response,
    };
    let id = reader.request_id;
    let status = response.status();
    let mut rendered = if reader.wants_json {
        let message = format!("{}. {}", failure.title(), failure.lead());
        (
            status,
            Json(json!({ "error": failure.id(), "message": message, "request_id": id })),
        )
            .into_response()
    } else {
        let missing = reader.application.filter(|_| failure == Failure::NotFound);
        let (title, lead) = match missing {
            Some(_) => (
                "There is no such application",
                "It may have been deleted, or the address is mistyped.",
            ),
            None => (failure.title(), failure.lead()),
        };
        let page = ErrorPage {
            frame: frame(state, failure).await,
            title: title.to_owned(),
            lead: lead.to_owned(),
            missing_application: missing.map(|client_id| client_id.to_string()),
            request_id: Some(id),
            // What fails here is about this site, and not in Activity.
            is_host: false,
        };
        (status, Html(page.to_html())).into_response()
    };
    for name in [ALLOW, RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            rendered.headers_mut().insert(name, value.clone());
        }
    }
    rendered
}

/// The frame of an error page. It does not ask an unavailable store for the network's name: that would take as long
/// again to fail.
async fn frame(state: &AppState, failure: Failure) -> Frame {
    let named = match failure {
        Failure::Unavailable => None,
        _ => pages::frame(state).await.ok(),
    };
    named.unwrap_or_else(|| pages::bare_frame(state))
}

fn is_bare(response: &Response) -> bool {
    let status = response.status();
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    (status.is_client_error() || status.is_server_error())
        && content_type.is_none_or(|content_type| content_type.starts_with("text/plain"))
}

/// The application of a page of the admin. Only hosts get an error for such a page that has no page of its own.
fn application(path: &str) -> Option<ClientId> {
    let (client_id, page) = path
        .strip_prefix("/admin/settings/oauth-applications/")?
        .split_once('/')?;
    (!page.contains('/')).then(|| client_id.parse().ok())?
}

fn wants_json(path: &str, headers: &HeaderMap) -> bool {
    path.starts_with("/api/") || (accepts(headers, "json") && !wants_page(headers))
}

/// Whether a person is reading: browsers ask for HTML when they open a URL.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    accepts(headers, "text/html")
}

fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .any(|accept| String::from_utf8_lossy(accept.as_bytes()).contains(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_an_application_names_it() {
        let id = "A".repeat(43);
        let below = "/admin/settings/oauth-applications";
        for (path, names) in [
            (format!("{below}/{id}/activity"), true),
            (format!("{below}/{id}/activity/7/add-redirect-uri"), false),
            (format!("{below}/{id}"), false),
            (format!("{below}/x/activity"), false),
            (below.to_owned(), false),
            (format!("/account/{id}/activity"), false),
        ] {
            assert_eq!(application(&path).is_some(), names, "{path}");
        }
    }
}
