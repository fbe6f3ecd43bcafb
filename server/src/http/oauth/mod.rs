//! The OAuth endpoints over HTTP: a file per endpoint. What a request means and how it is answered is decided in
//! [`latchkey_oauth`]; here it is read, and the answer written.

mod answer;
mod authorize;
pub(super) mod cors;
mod destination;
mod form;
mod introspect;
mod metadata;
mod revoke;
mod token;
mod userinfo;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

pub(super) use self::answer::{json as error, log};
pub(super) use self::destination::Destination;
pub(super) use self::form::authorization;
use super::errors::Failure;
use super::security_headers::keep_opener;
use super::state::AppState;

/// What people's browsers open: inside the check that forms come from this site, and closed to scripts of others.
pub(super) fn for_browsers() -> Router<AppState> {
    Router::new().route(
        "/oauth/authorize",
        get(authorize::show)
            .post(authorize::submit)
            // A look at the address alone must not authorize anything.
            .head(async || Failure::MethodNotAllowed)
            .layer(from_fn(keep_opener)),
    )
}

/// What other programs call, from anywhere. No cookie counts here, so there is nothing that another site could forge.
pub(super) fn for_programs() -> Router<AppState> {
    Router::new()
        .merge(for_scripts().layer(from_fn(cors::allow)))
        // Its callers have a secret to keep, which no page in a browser can.
        .route(
            "/oauth/introspect",
            post(introspect::answer).fallback(answer::method_not_allowed),
        )
        .layer(CatchPanicLayer::custom(answer::after_panic))
}

/// Those of them that scripts on any page may call.
fn for_scripts() -> Router<AppState> {
    let resource = || get(metadata::protected_resource).fallback(answer::method_not_allowed);
    Router::new()
        .route(
            "/oauth/token",
            post(token::answer).fallback(answer::method_not_allowed),
        )
        .route(
            "/oauth/revoke",
            post(revoke::answer).fallback(answer::method_not_allowed),
        )
        .route(
            "/oauth/userinfo",
            get(userinfo::answer)
                .post(userinfo::answer)
                .fallback(answer::method_not_allowed),
        )
        .route(
            "/.well-known/oauth-authorization-server",
            get(metadata::authorization_server).fallback(answer::method_not_allowed),
        )
        .route("/.well-known/oauth-protected-resource", resource())
        .route(
            "/.well-known/oauth-protected-resource/networks/{slug}/graphql",
            get(metadata::graphql).fallback(answer::method_not_allowed),
        )
}
