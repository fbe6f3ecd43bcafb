//! How long a request may take in all. What a handler waits for (a body, a lock, a connection to the database) has bounds of
//! its own; this is for whatever has none.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::errors::Failure;
use super::programs;
use super::state::AppState;

/// Answers within `longest`, or says that the server is not available.
pub(super) async fn limit(
    State((state, longest)): State<(AppState, Duration)>,
    request: Request,
    next: Next,
) -> Response {
    let uri = request.uri().clone();
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a request was not answered in {} s", longest.as_secs());
            programs::refuse(&state, uri.path(), Failure::Unavailable)
        }
    }
}
