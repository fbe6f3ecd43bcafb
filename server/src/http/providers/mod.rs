//! Signing in with accounts at providers: for everybody, for members who link one, and for hosts who set a provider up.

pub(super) mod access;
mod account;
mod account_address;
mod admin;
pub(super) mod buttons;
mod by_mail;
mod callback;
mod picture;
mod refusal;
mod slug;
mod start;
mod test;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use latchkey_app::pages::LINK_ACCOUNT;
use latchkey_domain::limits;

use super::ask_again;
use super::failure::Failure;
use super::security_headers::keep_opener;
use super::state::AppState;

/// The pages and addresses of providers.
pub(super) fn routes(state: &AppState) -> Router<AppState> {
    // Before what is dangerous.
    let again = from_fn_with_state(state.clone(), ask_again::first);
    let logo = DefaultBodyLimit::max(limits::LOGO_FORM_BYTES);
    Router::new()
        .route(
            "/sign-in/with/{slug}",
            get(start::sign_in).layer(from_fn(keep_opener)),
        )
        .route(
            "/sign-in/callback/{slug}",
            get(callback::arrive)
                // A HEAD request must not sign anybody in.
                .head(async || Failure::MethodNotAllowed)
                .layer(from_fn(keep_opener)),
        )
        .route(
            LINK_ACCOUNT,
            get(by_mail::show).post(by_mail::link).layer(from_fn(keep_opener)),
        )
        .route(account_address::PATH, get(account::show))
        .route(
            "/account/providers/{slug}/link",
            post(account::link).layer(again.clone()),
        )
        .route(
            "/account/providers/{slug}/unlink",
            post(account::unlink).layer(again.clone()),
        )
        .route(admin::PATH, get(admin::show))
        .route(
            "/admin/settings/sso/only",
            post(admin::set_only).layer(again.clone()),
        )
        .route(
            "/admin/settings/sso/add",
            get(admin::show_add).merge(post(admin::add).layer(again.clone())),
        )
        .route(
            "/admin/settings/sso/{slug}",
            get(admin::show_edit).merge(post(admin::save).layer(again.clone())),
        )
        .route(
            "/admin/settings/sso/{slug}/logo",
            post(admin::set_logo).layer(logo),
        )
        .route("/admin/settings/sso/{slug}/test", get(start::test))
        .route(
            "/admin/settings/sso/{slug}/on",
            post(admin::turn_on).layer(again.clone()),
        )
        .route(
            "/admin/settings/sso/{slug}/off",
            post(admin::turn_off).layer(again.clone()),
        )
        .route(
            "/admin/settings/sso/{slug}/delete",
            post(admin::delete).layer(again),
        )
}
