//! The layer around every handler. There is one for people and one for programs instead of several layers, since each
//! layer of a router copies all layers below it for each request: with tower-http's layers instead, introspection was
//! a sixth slower.

use std::future::Future;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CONNECTION, RETRY_AFTER};
use http::{HeaderValue, StatusCode, Uri};
use latchkey_domain::limits;
use tracing::{Instrument, Span};

use super::errors::{self, Reader};
use super::failure::Failure;
use super::request_id::RequestId;
use super::retry_after::SOON;
use super::state::AppState;
use super::{host_header, programs, security_headers};
use crate::traces;

/// For what browsers open: errors are pages, and every response has security headers.
pub(super) async fn for_people(State(state): State<AppState>, request: Request, next: Next) -> Response {
    observed(&state, request, |request| async {
        let reader = Reader::of(&request);
        let response = admit(&state, request, next).await;
        let mut response = errors::render(&state, reader, response).await;
        security_headers::add(&state, response.headers_mut());
        response
    })
    .await
}

/// For what programs call: they need no policy for pages.
pub(super) async fn for_programs(State(state): State<AppState>, request: Request, next: Next) -> Response {
    observed(&state, request, |request| async {
        let mut response = admit(&state, request, next).await;
        security_headers::add_for_programs(&state, response.headers_mut());
        response
    })
    .await
}

/// Answers a request for this site, within the time limit.
async fn admit(state: &AppState, request: Request, next: Next) -> Response {
    if let Some(refusal) = host_header::refuse(&state.public_url, &request) {
        return refusal;
    }
    let uri = request.uri().clone();
    within(limits::REQUEST_TIMEOUT, uri, next.run(request)).await
}

/// Gives the request its id, answers it under that id in log and traces, and counts the response.
async fn observed<F>(state: &AppState, mut request: Request, answer: impl FnOnce(Request) -> F) -> Response
where
    F: Future<Output = Response>,
{
    let route = request.extensions().get::<MatchedPath>();
    let counted = state
        .metrics
        .routes
        .begin(route.map(MatchedPath::as_str), request.method());
    let id = state.request_ids.next();
    let trace = traces::request::begin(
        &id,
        request.method(),
        route.map(MatchedPath::as_str),
        request.headers(),
    );
    // Only the path: a query may contain a token.
    let span = tracing::info_span!(
        parent: trace.as_ref().and_then(Span::id),
        "request",
        id,
        method = %request.method(),
        path = request.uri().path(),
        trace_id = trace.as_ref().map(traces::request::trace_id),
    );
    let header = HeaderValue::from_str(&id);
    request.extensions_mut().insert(RequestId(id));
    let answering = answer(request).instrument(span.clone());
    let mut response = match &trace {
        Some(trace) => answering.instrument(trace.clone()).await,
        None => answering.await,
    };
    add_retry_after(&mut response);
    counted.answered(response.status());
    if let Some(trace) = &trace {
        traces::request::answered(trace, response.status());
    }
    tracing::debug!(parent: &span, status = response.status().as_u16(), "answered");
    if let Ok(header) = header {
        response.headers_mut().insert("x-request-id", header);
    }
    if state.is_stopping() {
        // Stops a proxy from keeping a connection that is about to close: it could send a request on it at that time,
        // which would be lost and may not be safe to repeat.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

/// The response if it is ready within `longest`, otherwise that the server is unavailable. Anything a handler waits for
/// (a body, a lock, a database connection) has its own limit; this covers the rest.
async fn within(longest: Duration, uri: Uri, answering: impl Future<Output = Response>) -> Response {
    let answering = tokio::time::timeout(longest, answering);
    answering.await.unwrap_or_else(|_| {
        tracing::error!("a request was not answered in {} s", longest.as_secs());
        let message = "the server did not finish in time; try again in a few seconds";
        programs::refuse(uri.path(), Failure::Unavailable, message)
    })
}

/// Adds `Retry-After` to a 503 (RFC 9110 section 15.6.4), unless the handler did: a retry may soon work.
fn add_retry_after(response: &mut Response) {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .entry(RETRY_AFTER)
            .or_insert(HeaderValue::from(SOON));
    }
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;

    use super::*;

    #[tokio::test]
    async fn what_takes_too_long_is_answered_in_the_form_that_the_caller_reads() {
        for (path, json) in [("/oauth/token", true), ("/sign-in", false)] {
            let uri = Uri::from_static(path);
            let answer = within(Duration::from_millis(1), uri, std::future::pending()).await;
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            let is_json = answer
                .headers()
                .get(CONTENT_TYPE)
                .is_some_and(|kind| kind == "application/json");
            assert_eq!(is_json, json, "{path}");
            // It becomes a page later.
            assert_eq!(
                answer.extensions().get() == Some(&Failure::Unavailable),
                !json,
                "{path}"
            );
        }
    }
}
