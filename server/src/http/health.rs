//! `/healthz` and `/readyz`, for the operator.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::state::AppState;

/// The server runs.
pub(super) async fn alive() -> Response {
    Json(json!({ "status": "ok" })).into_response()
}

/// The server runs, its database responds, and it is not stopping.
pub(super) async fn ready(State(state): State<AppState>) -> Response {
    if state.is_stopping() {
        let body = Json(json!({ "status": "stopping" }));
        return (StatusCode::SERVICE_UNAVAILABLE, body).into_response();
    }
    match state.instance.store.ping().await {
        Ok(()) => Json(json!({ "status": "ok", "database": "ok" })).into_response(),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the database does not answer"
            );
            let body = Json(json!({ "status": "unavailable", "database": "does not answer" }));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}
