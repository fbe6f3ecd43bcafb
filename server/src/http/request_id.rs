//! Every request gets an id, which the answer, the log and the audit trail carry. One that a client sends along is not
//! looked at: it could be anything, and the same twice. Here, at the outermost, requests are counted too.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::HeaderValue;
use http::header::CONNECTION;
use tracing::{Instrument, Span};

use super::retry_after;
use super::state::AppState;
use crate::traces;

/// Makes ids: the numbers from one on, scrambled with a key that the process drew when it started. So an id does not tell
/// how many requests there were, does not come again after a restart, and costs no question to the system's randomness.
#[derive(Debug, Default)]
pub struct RequestIds {
    key: RandomState,
    count: AtomicU64,
}

impl RequestIds {
    /// The next id: 16 hexadecimal digits.
    fn next(&self) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}", self.key.hash_one(number))
    }
}

/// The id of the request that is being answered.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

/// Makes the id, has the request answered under it, and counts the answer.
pub(super) async fn make<F>(
    state: &AppState,
    mut request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response
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
    // Of the address only the path: a query may carry a token.
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
        // So a proxy keeps no connection that is about to be closed: it could send a request on it at that moment, which
        // would be lost, and may not be sent again.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_do_not_come_twice() {
        let ids = RequestIds::default();
        let made: std::collections::HashSet<_> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(made.len(), 10_000);
        assert!(made.iter().all(|id| id.len() == 16));
        assert!(
            !made.contains(&RequestIds::default().next()),
            "another process has other ids"
        );
    }
}
