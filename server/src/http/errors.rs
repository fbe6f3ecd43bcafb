//! What goes wrong, in words for a browser or a program. A handler answers with a [`Failure`]; on the way out
//! [`render`] makes a page or JSON of it, as the client prefers.

use std::any::Any;
use std::error::Error;

use axum::extract::Request;
use axum::response::{Html, IntoResponse, Response};
use axum::{Json, body::Body};
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use latchkey_accounts::AccountError;
use latchkey_app::pages::{ErrorPage, Frame};
use latchkey_registration::RegistrationError;
use latchkey_storage::StoreError;
use serde_json::json;

use super::pages;
use super::request_id::RequestId;
use super::state::AppState;

/// Why there is no proper answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    NotFound,
    UnknownFunction,
    MethodNotAllowed,
    BadRequest,
    TooLarge,
    TooSlow,
    Misdirected,
    CrossSite,
    NotAHost,
    Unavailable,
    Internal,
}

impl Failure {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::NotFound | Self::UnknownFunction => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::CrossSite | Self::NotAHost => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The word for programs. The page's own functions know the same words.
    fn id(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Unavailable => "unavailable",
            Self::Internal => "failed",
            _ => "bad_request",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::NotFound | Self::UnknownFunction => "There is no such page",
            Self::MethodNotAllowed => "This address works differently",
            Self::BadRequest => "The request could not be read",
            Self::TooLarge => "That is too much at once",
            Self::TooSlow => "The request did not arrive in time",
            Self::Misdirected => "This site has another address",
            Self::CrossSite => "This form came from another site",
            Self::NotAHost => "Only hosts can do this",
            Self::Unavailable => "Not available right now",
            Self::Internal => "Something went wrong",
        }
    }

    fn lead(self) -> &'static str {
        match self {
            Self::NotFound => "The address may be mistyped, or what was here is gone.",
            Self::UnknownFunction => {
                "This server has no such function: reload the page, which may be of an older version."
            }
            Self::MethodNotAllowed => {
                "It cannot be opened or sent to in this way. Go back and follow a link or a button."
            }
            Self::BadRequest => "Go back, reload the page and try again.",
            Self::TooLarge => "What you sent is larger than this server accepts. Shorten it and try again.",
            Self::TooSlow => "The connection may be slow or broken. Try again.",
            Self::Misdirected => {
                "The server answers at its public address only. Use the address that you were given; the operator sets it with --public-url."
            }
            Self::CrossSite => {
                "To protect you, nothing was changed. Open the page on this site itself and try again from there."
            }
            Self::NotAHost => "You are not a host any more, and nothing was changed. Ask a host to do this.",
            Self::Unavailable => {
                "This is the server’s fault, not yours. It cannot get at its data at the moment: try again in a few seconds."
            }
            Self::Internal => {
                "This is the server’s fault, not yours. Try again; if it stays, tell a host the request’s id."
            }
        }
    }

    fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::REQUEST_TIMEOUT => Self::TooSlow,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            status if status.is_server_error() => Self::Internal,
            _ => Self::BadRequest,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => error.into(),
            error => internal(&error),
        }
    }
}

impl From<RegistrationError> for Failure {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::NotFound => Self::NotFound,
            RegistrationError::NotAHost => Self::NotAHost,
            RegistrationError::Store(error) => error.into(),
            error => internal(&error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::NotAHost) {
            return Self::NotAHost;
        }
        let failure = internal(&error);
        match error.try_again() {
            Some(_) => Self::Unavailable,
            None => failure,
        }
    }
}

/// The error goes to the log with its sources, and nothing of it to the client.
fn internal(error: &(dyn Error + 'static)) -> Failure {
    tracing::error!(error, "a request failed");
    Failure::Internal
}

/// What a panic in a handler is answered with.
// The layer that calls it hands the panic over.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    tracing::error!(message = panic_message(&*panic), "a handler panicked");
    Failure::Internal.into_response()
}

/// What a panic said, for the log.
pub(super) fn panic_message<'a>(panic: &'a (dyn Any + Send + 'static)) -> &'a str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&'static str>().copied())
        .unwrap_or("no message")
}

/// Who reads the answer to a request, should it be an error.
pub(super) struct Reader {
    wants_json: bool,
    request_id: String,
}

impl Reader {
    /// Who sent `request`.
    pub(super) fn of(request: &Request) -> Self {
        let id = request.extensions().get::<RequestId>();
        Self {
            wants_json: wants_json(request.uri().path(), request.headers()),
            request_id: id.map(|RequestId(id)| id.clone()).unwrap_or_default(),
        }
    }
}

/// Gives a failure its text, and so whatever the framework refused by itself in a bare line.
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
        let page = ErrorPage {
            frame: frame(state, failure).await,
            title: failure.title().to_owned(),
            lead: failure.lead().to_owned(),
            request_id: Some(id),
        };
        (status, Html(page.to_html())).into_response()
    };
    if let Some(allow) = response.headers().get(ALLOW) {
        rendered.headers_mut().insert(ALLOW, allow.clone());
    }
    rendered
}

/// What stands around an error. A store that is not available is not asked for the network's name: that would take as
/// long again to fail.
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

fn wants_json(path: &str, headers: &HeaderMap) -> bool {
    path.starts_with("/api/") || (accepts(headers, "json") && !wants_page(headers))
}

/// Whether a person looks: browsers name HTML when they open an address.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    accepts(headers, "text/html")
}

fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .any(|accept| String::from_utf8_lossy(accept.as_bytes()).contains(kind))
}
