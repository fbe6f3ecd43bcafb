//! `/networks/{slug-or-id}/graphql`: the Headless API. Programs call it from anywhere, with a token in the
//! `Authorization` header; cookies are ignored.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use latchkey_domain::Network;
use latchkey_domain::limits::MAX_API_REQUEST_BYTES;
use latchkey_headless::{Answer, Caller, Held, Problem, error_body, whole_seconds};
use latchkey_oauth::activity::ApiFailure;
use latchkey_oauth::{AccessError, Resource, Subject};

use super::body::BodyError;
use super::oauth::{authorization, challenge, cors, log, status};
use super::peer::Peer;
use super::retry_after::SOON;
use super::state::AppState;

/// The endpoint and its schema. Scripts on any page may call them.
pub(super) fn for_programs() -> Router<AppState> {
    Router::new()
        .route("/networks/{network}/graphql", post(execute).options(preflight))
        .route(
            "/networks/{network}/graphql/schema",
            get(schema).options(preflight),
        )
        .layer(from_fn(cors::allow))
}

/// [`cors::allow`] answers preflights before they get here.
async fn preflight() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Answers a query, or a list of queries.
async fn execute(
    State(state): State<AppState>,
    Path(network): Path<String>,
    peer: Peer,
    headers: HeaderMap,
    request: Request<Body>,
) -> Result<Response, Response> {
    find(&state, &network).await?;
    let authorization = authorization(&headers);
    let access = state
        .oauth
        .verify_access(
            authorization.as_deref(),
            Some(Resource::HeadlessApi),
            &peer.origin(),
        )
        .await
        .map_err(|error| refusal(&error, &state, &network))?;
    let body = state
        .bodies
        .read(request.into_body(), MAX_API_REQUEST_BYTES)
        .await
        .map_err(unreadable)?;
    let Subject::Member(grant) = access.subject;
    let caller = Caller {
        application: grant.application.client_id,
        scopes: access.scopes,
        member: grant.member,
    };
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let answer = state
        .headless
        .answer(&caller, content_type.unwrap_or_default(), &body)
        .await;
    let (status, body, failed, problems, retry_after, unavailable) = match answer {
        Answer::Done {
            body,
            failed,
            problems,
            retry_after,
            unavailable,
            held,
        } => {
            let body = sent(body, held);
            (StatusCode::OK, body, failed, problems, retry_after, unavailable)
        }
        Answer::Malformed(body) => {
            let problems = vec![Problem::malformed()];
            (StatusCode::BAD_REQUEST, body.into(), true, problems, None, false)
        }
    };
    if !problems.is_empty() && !grant.is_explorer_login {
        record(&state, &caller, problems, &peer).await;
    }
    let now = state.instance.clock.now();
    state.usage.count(&caller.application, now, failed);
    state.metrics.graphql.count(failed, retry_after.is_some());
    let mut response = json(status, body);
    // A partial failure stays a 200: the response may contain a completed mutation, which must not be repeated.
    let wait = retry_after.map(whole_seconds).or(unavailable.then_some(SOON));
    if let Some(wait) = wait {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(wait));
    }
    Ok(response)
}

/// Records what failed, for the application's integrator.
async fn record(state: &AppState, caller: &Caller, problems: Vec<Problem>, peer: &Peer) {
    for problem in problems {
        let failure = ApiFailure {
            application: &caller.application,
            member: caller.member.id,
            reason: problem.reason,
            message: problem.message,
            missing_scopes: problem.missing_scope,
        };
        state.oauth.record_api_failure(failure, &peer.origin()).await;
    }
}

/// The response for an unreadable body.
fn unreadable(error: BodyError) -> Response {
    let code = match error {
        BodyError::Busy => "UNAVAILABLE",
        _ => "BAD_USER_INPUT",
    };
    json(
        error.status(),
        error_body(code, &error.message(MAX_API_REQUEST_BYTES)),
    )
}

/// The schema, which is public.
async fn schema(State(state): State<AppState>, Path(network): Path<String>) -> Result<Response, Response> {
    find(&state, &network).await?;
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    Ok((headers, state.headless.sdl()).into_response())
}

/// The network, by slug or number.
async fn find(state: &AppState, name: &str) -> Result<Network, Response> {
    let network = state.instance.store.network().await.map_err(|error| {
        let error = AccessError::from(error);
        let code = code(&error);
        json(status(error.status()), error_body(code, &error.description()))
    })?;
    if name == network.slug.as_str() || name == network.id.to_string() {
        return Ok(network);
    }
    let message = "this server has no network of that name; the address has its slug or its number";
    Err(json(StatusCode::NOT_FOUND, error_body("NOT_FOUND", message)))
}

/// A refusal in the form of RFC 6750 section 3, with a body for GraphQL clients. It leads to the metadata of the address that
/// was asked, with slug or number: both have to be the same (RFC 9728 section 3.3).
fn refusal(error: &AccessError, state: &AppState, network: &str) -> Response {
    let mut response = json(
        status(error.status()),
        error_body(code(error), &error.description()),
    );
    let resource = format!("/networks/{network}/graphql");
    challenge(&mut response, error, &state.oauth, &resource);
    response
}

/// The error code of a refusal. Logs internal errors with their causes.
fn code(error: &AccessError) -> &'static str {
    let AccessError::Unavailable(cause) = error else {
        return "UNAUTHENTICATED";
    };
    log(cause);
    match cause.try_again() {
        Some(_) => "UNAVAILABLE",
        None => "INTERNAL_SERVER_ERROR",
    }
}

/// A body that keeps `held` until its last byte is sent or the client disconnects.
fn sent(body: String, held: Option<Held>) -> Body {
    struct Sent {
        body: String,
        _held: Held,
    }
    impl AsRef<[u8]> for Sent {
        fn as_ref(&self) -> &[u8] {
            self.body.as_bytes()
        }
    }
    match held {
        Some(held) => Body::from(Bytes::from_owner(Sent { body, _held: held })),
        None => Body::from(body),
    }
}

/// A JSON document that must not be cached.
pub(super) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let headers: [(HeaderName, &str); 2] = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    let body: Body = body.into();
    (status, headers, body).into_response()
}
