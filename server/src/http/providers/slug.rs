//! The slug of a provider, as it stands in addresses: which provider it names, and where that one sends browsers back to.

use latchkey_domain::Slug;
use latchkey_domain::provider::Provider;
use latchkey_storage::StoreError;

use crate::http::state::AppState;

/// Where a provider sends browsers back to. Each has its own address, so that an answer of one is never taken for
/// another's (RFC 9700 section 4.4.2).
pub(super) fn redirect_uri(state: &AppState, slug: &Slug) -> String {
    format!("{}/sign-in/callback/{slug}", state.public_url.origin())
}

/// The provider with this slug.
pub(super) async fn find(state: &AppState, slug: &str) -> Result<Option<Provider>, StoreError> {
    match slug.parse::<Slug>() {
        Ok(slug) => state.instance.store.provider(&slug).await,
        Err(_) => Ok(None),
    }
}
