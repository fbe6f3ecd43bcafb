//! The layer around every handler. There is one for people and one for programs instead of several layers, since each
//! layer of a router copies all layers below it for each request: with tower-http's layers instead, introspection was
//! a sixth slower.

use std::future::Future;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::CONNECTION;
use latchkey_domain::limits;
use tracing::{Instrument, Span};

use super::errors::{self, Reader};
use super::request_id::RequestId;
use super::state::AppState;
use super::{deadline, host_header, retry_after, security_headers};
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
    deadline::within(limits::REQUEST_TIMEOUT, uri, next.run(request)).await
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
    retry_after::add(&mut response);
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
