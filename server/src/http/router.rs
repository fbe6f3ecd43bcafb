//! The handler of each path, and the layers around them.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use latchkey_domain::limits;
use latchkey_oauth::explorer_login;
use tower::util::MapRequest;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::failure::Failure;
use super::security_headers::keep_opener;
use super::state::AppState;
use super::{
    account, account_changes, activity, admin, ask_again, audit, brand, connected_apps, errors, explorer,
    forgot, functions, gate, headless, health, home, logos, member, members, members_of_application,
    network_settings, oauth, passkeys, password, paths, profile, programs, providers, return_to, same_origin,
    second_factor, setup, sign_in, sign_in_code, sign_in_link, sign_in_passkey, sign_out, transfer, usage,
    use_it,
};

/// The whole router.
pub fn router(state: AppState) -> Normalized {
    // Server functions called during rendering run on tokio. A second router in the same process finds it already
    // set.
    let _ = any_spawner::Executor::init_tokio();
    let pages = Router::new()
        .merge(for_browsers(&state))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(no_route)
        .method_not_allowed_fallback(async || Failure::MethodNotAllowed)
        // From the inside out: the last layer is the first to see a request.
        .layer(CatchPanicLayer::custom(errors::after_panic))
        .layer(from_fn_with_state(state.clone(), gate::for_people))
        .layer(CompressionLayer::new());
    // Not compressed: compression can reveal a secret in the response.
    let programs = oauth::for_programs()
        .merge(headless::for_programs())
        .layer(from_fn_with_state(state.clone(), gate::for_programs));
    let routes = pages.merge(programs).with_state(state);
    // Layers of a router run after routing, which depends on the path.
    MapRequest::new(routes, paths::normalize)
}

/// A router that receives normalized paths.
type Normalized = MapRequest<Router, fn(Request) -> Request>;

/// A file of the site, or an error in the caller's format.
async fn no_route(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match programs::missing(&parts.method, parts.uri.path(), &parts.headers) {
        Some(response) => response,
        None => state
            .site
            .serve(&parts.method, &parts.uri, &parts.headers)
            .into_response(),
    }
}

/// Routes for browsers only. Endpoints for programs stay outside: their requests come from anywhere.
#[allow(clippy::too_many_lines)] // A line or two for each path.
fn for_browsers(state: &AppState) -> Router<AppState> {
    // Before what is dangerous.
    let again = from_fn_with_state(state.clone(), ask_again::first);
    Router::new()
        .route("/", get(home::show))
        .route(
            "/sign-in",
            get(sign_in::show)
                .post(sign_in::create)
                .layer(from_fn(keep_opener)),
        )
        .route(
            return_to::HOSTS,
            get(sign_in::show_for_hosts).layer(from_fn(keep_opener)),
        )
        .route(
            latchkey_app::pages::SIGN_IN_LINK,
            get(sign_in_link::show).post(sign_in_link::choose),
        )
        .route("/sign-in/link/passkey", post(sign_in_link::choose_passkey))
        .route(
            "/sign-in/passkey",
            post(sign_in_passkey::create).layer(from_fn(keep_opener)),
        )
        .route("/sign-out", post(sign_out::end).layer(from_fn(keep_opener)))
        .route("/setup", get(setup::show).post(setup::create))
        .route("/brand.css", get(brand::show))
        .route("/logos/{id}", get(logos::show))
        .route("/account", get(account::redirect))
        .route("/account/sessions", get(account::show))
        .route("/account/sessions/end-others", post(account::end_others))
        .route("/account/sessions/{id}/end", post(account::end_one))
        .route("/account/profile", get(profile::show).post(profile::set_name))
        .route(
            "/account/picture",
            post(profile::set_picture).layer(DefaultBodyLimit::max(limits::LOGO_FORM_BYTES)),
        )
        .route(
            "/account/email",
            get(profile::show_link).post(profile::change_email),
        )
        .route("/account/email/confirm", post(profile::confirm))
        .route("/account/passkeys", get(passkeys::show))
        .route(
            "/account/passkeys/begin",
            post(passkeys::begin).layer(again.clone()),
        )
        .route("/account/passkeys/add", post(passkeys::add))
        .route(
            "/account/passkeys/{id}/remove",
            post(passkeys::remove).layer(again.clone()),
        )
        .route("/account/second-factor", get(second_factor::show))
        .route(
            "/account/second-factor/begin",
            post(second_factor::begin).layer(again.clone()),
        )
        .route("/account/second-factor/confirm", post(second_factor::confirm))
        .route(
            "/account/second-factor/codes",
            post(second_factor::new_codes).layer(again.clone()),
        )
        .route(
            "/account/second-factor/remove",
            post(second_factor::remove).layer(again.clone()),
        )
        .route("/account/password", get(password::show).post(password::change))
        .route("/account/connected-apps", get(connected_apps::show))
        .route(
            "/account/connected-apps/{client_id}/revoke",
            post(connected_apps::revoke),
        )
        .route("/admin", get(admin::redirect))
        .route("/admin/", get(admin::redirect))
        .route("/admin/oauth-applications", get(admin::redirect))
        .route(
            "/admin/settings/oauth-applications/{client_id}/activity",
            get(activity::show),
        )
        .route(
            "/admin/settings/oauth-applications/{client_id}/activity/{entry}/add-redirect-uri",
            get(activity::confirm).post(activity::add),
        )
        .route(
            "/admin/settings/oauth-applications/{client_id}/activity/{entry}/add-scopes",
            get(activity::confirm_scopes).post(activity::add_scopes),
        )
        .route(
            "/admin/settings/oauth-applications/{client_id}/activity/resume",
            post(activity::resume),
        )
        .route("/admin/activity", get(activity::show_all))
        .route("/admin/headless-api", get(usage::show))
        .route(
            "/admin/headless-api/explorer",
            get(explorer::show).post(explorer::start),
        )
        .route(
            explorer_login::CALLBACK,
            // A HEAD request must not use the code up.
            get(explorer::finish).head(async || Failure::MethodNotAllowed),
        )
        .route(
            "/admin/settings/oauth-applications/{client_id}/use",
            get(use_it::show).merge(post(use_it::reveal).layer(again.clone())),
        )
        .route(
            "/admin/settings/oauth-applications/{client_id}/use/env",
            post(use_it::download).layer(again.clone()),
        )
        .route(
            "/admin/settings/oauth-applications/{client_id}/export.json",
            get(transfer::export).layer(again.clone()),
        )
        .route(
            "/admin/settings/oauth-applications/import",
            get(transfer::show)
                .post(transfer::import)
                .layer(DefaultBodyLimit::max(limits::APPLICATION_BYTES)),
        )
        .route(
            "/admin/settings/oauth-applications/{client_id}/members",
            get(members_of_application::show),
        )
        .route(
            "/admin/settings/oauth-applications/{client_id}/members/{member_id}/revoke",
            post(members_of_application::revoke),
        )
        .route(
            "/admin/settings/oauth-applications/{client_id}/logo",
            get(logos::show_of_application)
                .post(logos::set_of_application)
                .layer(DefaultBodyLimit::max(limits::LOGO_FORM_BYTES)),
        )
        .route(
            network_settings::PATH,
            get(network_settings::show).post(network_settings::save),
        )
        .route(
            "/admin/settings/network/logo",
            post(network_settings::set_logo).layer(DefaultBodyLimit::max(limits::LOGO_FORM_BYTES)),
        )
        .route(
            "/admin/settings/oauth-applications/{client_id}/use/message",
            get(use_it::message),
        )
        .route(
            "/sign-in/code",
            post(sign_in_code::check).layer(from_fn(keep_opener)),
        )
        .route(
            "/sign-in/second-factor",
            post(sign_in_code::set_up_and_go_on).layer(from_fn(keep_opener)),
        )
        .route("/sign-in/forgot", get(forgot::show).post(forgot::send))
        .route("/admin/members", get(members::show))
        .route(
            "/admin/members/add",
            get(members::show_add).merge(post(members::add).layer(again.clone())),
        )
        .route(
            "/admin/members/invite-all",
            post(members::invite_all).layer(again.clone()),
        )
        .route("/admin/members/{id}", get(member::show))
        .route("/admin/members/retry-mails", post(members::retry_mails))
        .route(
            "/admin/members/{id}/invite",
            post(member::invite).layer(again.clone()),
        )
        .route("/admin/members/{id}/invite/mail", post(member::mail_invitation))
        .route(
            "/admin/members/{id}/role",
            post(member::set_role).layer(again.clone()),
        )
        .route(
            "/admin/members/{id}/reset-second-factor",
            post(member::reset_second_factor).layer(again.clone()),
        )
        .route("/admin/members/{id}/suspend", post(member::suspend))
        .route("/admin/members/{id}/resume", post(member::resume))
        .route("/admin/members/{id}/remove-picture", post(member::remove_picture))
        .route("/admin/members/{id}/remove", post(member::remove))
        .route(
            "/admin/members/{id}/sessions/{session}/end",
            post(member::end_session),
        )
        .route(
            "/admin/members/{id}/sessions/end-all",
            post(member::end_all_sessions),
        )
        .route(
            "/admin/members/{id}/apps/{client_id}/revoke",
            post(member::revoke_app),
        )
        .route(
            "/admin/members/{id}/apps/revoke-all",
            post(member::revoke_all_apps),
        )
        .route("/admin/audit", get(audit::show))
        .route("/admin/audit.csv", get(audit::export).layer(again))
        .route("/admin/{*path}", get(admin::show))
        .route(
            "/api/{*function}",
            // The handler decides what to read, and from whom.
            post(functions::call).layer(DefaultBodyLimit::max(limits::APPLICATION_BYTES)),
        )
        .merge(providers::routes(state))
        .merge(oauth::for_browsers())
        .layer(DefaultBodyLimit::max(limits::PAGE_FORM_BYTES))
        .layer(from_fn_with_state(state.clone(), account_changes::limit))
        .layer(from_fn_with_state(state.clone(), same_origin::check))
        .merge(oauth::for_browsers_from_anywhere())
}
