//! The OAuth endpoints over HTTP. [`latchkey_oauth`] decides what a request means and how to answer
//! it; this module reads requests and writes responses.

mod authorize;
pub(super) mod cors;
mod destination;
mod endpoints;
mod form;
mod logout;
mod metadata;
mod response;
mod userinfo;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

pub(super) use self::destination::destination;
pub(super) use self::form::authorization;
pub(super) use self::logout::after as logged_out;
pub(super) use self::response::{challenge, json as error, log, status};
use super::failure::Failure;
use super::security_headers::keep_opener;
use super::state::AppState;

/// What people's browsers open: forms must come from this site, and scripts of other sites have no access.
pub(super) fn for_browsers() -> Router<AppState> {
    Router::new().route(
        "/oauth/authorize",
        get(authorize::show)
            .post(authorize::decide)
            // A HEAD request must not authorize anything.
            .head(async || Failure::MethodNotAllowed)
            .layer(from_fn(keep_opener)),
    )
}

/// What applications send browsers to from their own pages, by link or form. It changes nothing by itself, without a proof.
pub(super) fn for_browsers_from_anywhere() -> Router<AppState> {
    let routes = get(logout::show)
        .post(logout::again)
        // A HEAD request must not end a session.
        .head(async || Failure::MethodNotAllowed);
    Router::new().route(latchkey_oauth::openid::logout::PATH, routes)
}

/// What other programs call, from anywhere. Cookies are ignored, so another site cannot forge anything.
pub(super) fn for_programs() -> Router<AppState> {
    Router::new()
        .merge(for_scripts().layer(from_fn(cors::allow)))
        // Its callers need to keep a secret, which a page in a browser cannot.
        .route(
            "/oauth/introspect",
            post(endpoints::introspect).fallback(response::method_not_allowed),
        )
        .layer(CatchPanicLayer::custom(response::after_panic))
}

/// The endpoints that scripts on any page may call.
fn for_scripts() -> Router<AppState> {
    let routes = [
        ("/oauth/token", post(endpoints::issue)),
        ("/oauth/revoke", post(endpoints::revoke)),
        ("/oauth/userinfo", get(userinfo::show).post(userinfo::show)),
        ("/oauth/jwks", get(metadata::jwks)),
        (
            "/.well-known/openid-configuration",
            get(metadata::openid_configuration),
        ),
        (
            "/.well-known/oauth-authorization-server",
            get(metadata::authorization_server),
        ),
        (
            "/.well-known/oauth-protected-resource",
            get(metadata::protected_resource),
        ),
        (
            "/.well-known/oauth-protected-resource/networks/{slug}/graphql",
            get(metadata::graphql),
        ),
    ];
    routes.into_iter().fold(Router::new(), |router, (path, methods)| {
        router.route(path, methods.fallback(response::method_not_allowed))
    })
}
