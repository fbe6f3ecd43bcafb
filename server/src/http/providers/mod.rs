//! Signing in with accounts at providers: for everybody, for members who link one, and for hosts who set a provider up.

mod account;
mod admin;
mod by_mail;
mod callback;
mod picture;
mod refusal;
mod start;
mod test;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use http::HeaderMap;
use latchkey_app::pages::{LINK_ACCOUNT, ProviderButton};
use latchkey_domain::provider::{Provider, ProviderId, ProviderKind};
use latchkey_domain::{Slug, Timestamp, TokenBucket, TokenBuckets, limits};
use latchkey_outgoing::Outgoing;
use latchkey_providers::ProviderClient;
use latchkey_storage::StoreError;

use self::start::begin;
use super::ask_again;
use super::cookies::Cookie;
use super::return_to::ReturnTo;
use super::security_headers::keep_opener;
use super::state::AppState;

/// What the server keeps for sign-ins at providers, besides what is in the store.
pub struct ProviderAccess {
    outgoing: Outgoing,
    client: ProviderClient,
    /// Journeys that an address begins: each is a row for ten minutes.
    journeys: TokenBuckets<Option<IpAddr>>,
    /// Why the last sign-in at a provider failed. Each node knows its own.
    failures: Mutex<HashMap<ProviderId, (Timestamp, String)>>,
}

/// How many addresses are counted.
const ADDRESSES: usize = 4_096;

impl ProviderAccess {
    /// Calls providers through `outgoing`.
    pub fn new(outgoing: Outgoing, clock: std::sync::Arc<dyn latchkey_domain::Clock>) -> Self {
        Self {
            client: ProviderClient::new(outgoing.clone(), clock),
            outgoing,
            journeys: TokenBuckets::new(ADDRESSES),
            failures: Mutex::default(),
        }
    }

    /// Whether an address may begin one more journey; if not, when it may.
    fn admit(&self, address: Option<IpAddr>, now: Timestamp) -> Result<(), Duration> {
        let bucket = TokenBucket::new(limits::PROVIDER_SIGN_INS_OF_ADDRESS, limits::PROVIDER_SIGN_IN);
        self.journeys.take(address, bucket, 1, now)
    }

    fn failed(&self, provider: ProviderId, now: Timestamp, why: String) {
        self.failures().insert(provider, (now, why));
    }

    fn worked(&self, provider: ProviderId) {
        self.failures().remove(&provider);
    }

    fn last_failure(&self, provider: ProviderId) -> Option<(Timestamp, String)> {
        self.failures().get(&provider).cloned()
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<ProviderId, (Timestamp, String)>> {
        // Nothing that can panic runs under the lock. A network has a few providers.
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
                .head(async || super::failure::Failure::MethodNotAllowed)
                .layer(from_fn(keep_opener)),
        )
        .route(
            LINK_ACCOUNT,
            get(by_mail::show).post(by_mail::link).layer(from_fn(keep_opener)),
        )
        .route(account::PATH, get(account::show))
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

/// Where a provider sends browsers back to. Each has its own address, so that an answer of one is never taken for
/// another's (RFC 9700 section 4.4.2).
fn redirect_uri(state: &AppState, slug: &Slug) -> String {
    format!("{}/sign-in/callback/{slug}", state.public_url.origin())
}

/// The provider with this slug.
async fn find(state: &AppState, slug: &str) -> Result<Option<Provider>, StoreError> {
    match slug.parse::<Slug>() {
        Ok(slug) => state.instance.store.provider(&slug).await,
        Err(_) => Ok(None),
    }
}

/// A button for each provider that is on and that `wanted` picks. `again`: of those that say when somebody signed in, which
/// plain OAuth 2.0 does not.
pub(super) async fn buttons(
    state: &AppState,
    return_to: &ReturnTo,
    again: bool,
    wanted: impl Fn(&Provider) -> bool,
) -> Result<Vec<ProviderButton>, StoreError> {
    let providers = state.instance.store.providers().await?;
    Ok(providers
        .into_iter()
        .map(|listing| listing.provider)
        .filter(|provider| provider.spec.is_on && wanted(provider))
        .filter(|provider| !again || matches!(provider.spec.kind, ProviderKind::OpenIdConnect { .. }))
        .map(|provider| ProviderButton {
            name: provider.spec.name.to_string(),
            href: return_to.sign_in_with(&provider.spec.slug, again),
            logo: provider.logo,
        })
        .collect())
}

/// What the browser keeps of journeys that it began.
fn kept(state: &AppState, headers: &HeaderMap) -> impl Iterator<Item = String> {
    Cookie::Provider.values(state, headers)
}
