//! `/metrics`, at an address of its own, for the operator only.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use super::state::AppState;
use crate::metrics::{media_type, render};

/// The router of that address.
pub fn metrics_router(state: AppState) -> Router {
    Router::new().route("/metrics", get(show)).with_state(state)
}

async fn show(State(state): State<AppState>) -> Response {
    let store = state.instance.store.statistics().await;
    let document = render(
        &state.metrics,
        state.oauth.counters(),
        store.as_ref(),
        state.started,
    );
    let headers = [
        (CONTENT_TYPE, media_type()),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, document).into_response()
}
