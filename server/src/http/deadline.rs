//! The total time limit of a request. Anything a handler waits for (a body, a lock, a database connection) has its
//! own limit; this covers the rest.

use std::future::Future;
use std::time::Duration;

use axum::response::Response;
use http::Uri;

use super::failure::Failure;
use super::programs;

/// The response if it is ready within `longest`, otherwise that the server is unavailable.
pub(super) async fn within(
    longest: Duration,
    uri: Uri,
    answering: impl Future<Output = Response>,
) -> Response {
    let answering = tokio::time::timeout(longest, answering);
    answering.await.unwrap_or_else(|_| {
        tracing::error!("a request was not answered in {} s", longest.as_secs());
        let message = "the server did not finish in time; try again in a few seconds";
        programs::refuse(uri.path(), Failure::Unavailable, message)
    })
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
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
