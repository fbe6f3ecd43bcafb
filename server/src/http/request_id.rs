//! Every request gets an id, which the answer, the log and the audit trail carry. One that a client sends along is not
//! looked at: it could be anything, and the same twice.

use std::fmt::Write;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use tracing::Instrument;

use super::state::AppState;

/// The id of the request that is being answered.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

/// Makes the id, and answers under it.
pub(super) async fn make(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let mut bytes = [0; 8];
    state.instance.randomness.fill(&mut bytes);
    let id = bytes.iter().fold(String::with_capacity(16), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    });
    // Of the address only the path: a query may carry a token.
    let span = tracing::info_span!("request", id, method = %request.method(), path = request.uri().path());
    let header = HeaderValue::from_str(&id);
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).instrument(span.clone()).await;
    tracing::debug!(parent: &span, status = response.status().as_u16(), "answered");
    if let Ok(header) = header {
        response.headers_mut().insert("x-request-id", header);
    }
    response
}
