//! `/metrics`, at an address of its own: what it tells is for whoever looks after the server and nobody else.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use super::state::AppState;
use crate::metrics::{MEDIA_TYPE, render};

/// All that the address answers.
pub fn metrics_router(state: AppState) -> Router {
    Router::new().route("/metrics", get(show)).with_state(state)
}

async fn show(State(state): State<AppState>) -> Response {
    let store = state.instance.store.statistics().await;
    let document = render(&state.metrics, state.oauth.tally(), store.as_ref(), state.started);
    let headers = [(CONTENT_TYPE, MEDIA_TYPE), (CACHE_CONTROL, "no-store")];
    (headers, document).into_response()
}
