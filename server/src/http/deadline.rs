//! How long a request may take in all. What a handler waits for (a body, a lock, a connection to the database) has bounds of
//! its own; this is for whatever has none.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::errors::Failure;
use super::programs;

/// Answers within `longest`, or says that the server is not available.
pub(super) async fn limit(State(longest): State<Duration>, request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let answering = tokio::time::timeout(longest, next.run(request));
    answering.await.unwrap_or_else(|_| {
        tracing::error!("a request was not answered in {} s", longest.as_secs());
        let message = "the server did not finish in time; try again in a few seconds";
        programs::refuse(uri.path(), Failure::Unavailable, message)
    })
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use http::StatusCode;
    use http::header::CONTENT_TYPE;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn what_takes_too_long_is_answered_in_the_form_that_the_caller_reads() {
        let handler = || get(std::future::pending::<()>);
        let router: Router = Router::new()
            .route("/oauth/token", handler())
            .route("/sign-in", handler())
            .layer(from_fn_with_state(Duration::from_millis(1), limit));
        for (path, json) in [("/oauth/token", true), ("/sign-in", false)] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            let is_json = answer
                .headers()
                .get(CONTENT_TYPE)
                .is_some_and(|kind| kind == "application/json");
            assert_eq!(is_json, json, "{path}");
            // A page is made of it on the way out.
            assert_eq!(
                answer.extensions().get() == Some(&Failure::Unavailable),
                !json,
                "{path}"
            );
        }
    }
}
