//! What every request passes on its way to a handler and back. It is one layer for people and one for programs, since each
//! layer of a router copies, for each request, all layers below it.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use latchkey_domain::limits;

use super::errors::{self, Reader};
use super::state::AppState;
use super::{deadline, host, request_id, security_headers};

/// For what browsers open: errors are pages, and every answer says what the browser may do with it.
pub(super) async fn for_people(State(state): State<AppState>, request: Request, next: Next) -> Response {
    request_id::make(&state, request, |request| async {
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
    request_id::make(&state, request, |request| async {
        let mut response = admit(&state, request, next).await;
        security_headers::add_for_programs(&state, response.headers_mut());
        response
    })
    .await
}

/// Answers a request that is for this site, in time.
async fn admit(state: &AppState, request: Request, next: Next) -> Response {
    if let Some(refusal) = host::refuse(&state.public_url, &request) {
        return refusal;
    }
    let uri = request.uri().clone();
    deadline::within(limits::REQUEST_TIMEOUT, uri, next.run(request)).await
}
