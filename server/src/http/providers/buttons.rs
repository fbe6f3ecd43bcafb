//! The buttons that begin a sign-in at a provider.

use latchkey_app::pages::ProviderButton;
use latchkey_domain::provider::{Provider, ProviderKind};
use latchkey_storage::StoreError;

use crate::http::return_to::ReturnTo;
use crate::http::state::AppState;

/// A button for each provider that is on and that `wanted` picks. `again`: of those that say when somebody signed in, which
/// plain OAuth 2.0 does not.
pub(in crate::http) async fn provider_buttons(
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
