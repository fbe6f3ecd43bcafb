//! Errors in the format of the caller: JSON of the endpoint's kind for programs, pages for people.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method};
use latchkey_headless::error_body;
use latchkey_oauth::ErrorBody;

use super::errors;
use super::failure::Failure;
use super::headless;
use super::oauth::{cors, error};
use super::paths::is_for_programs;

/// The response to a request for `path` that was refused before it reached a handler. A page has its own text;
/// programs read `message`.
pub(super) fn refuse(path: &str, failure: Failure, message: &str) -> Response {
    if !is_for_programs(path) {
        return failure.into_response();
    }
    let mut response = if path.starts_with("/networks/") {
        let code = match failure {
            Failure::NotFound => "NOT_FOUND",
            Failure::Unavailable => "UNAVAILABLE",
            _ => "BAD_USER_INPUT",
        };
        headless::json(failure.status(), error_body(code, message))
    } else {
        let body = ErrorBody {
            error: match failure {
                Failure::NotFound => "not_found",
                Failure::Unavailable => "temporarily_unavailable",
                _ => "invalid_request",
            },
            error_description: message.to_owned(),
        };
        error(failure.status(), &body)
    };
    // Scripts on any page may call these and read their errors.
    cors::open(response.headers_mut());
    response
}

/// The 404 for programs; `None` if a person is reading, or the path is not for programs.
pub(super) fn missing(method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
    if !is_for_programs(path) || errors::wants_page(headers) {
        return None;
    }
    if method == Method::OPTIONS {
        return Some(cors::preflight());
    }
    let message =
        "there is nothing at this address; /.well-known/oauth-authorization-server lists the endpoints";
    Some(refuse(path, Failure::NotFound, message))
}
