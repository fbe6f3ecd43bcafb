//! Links to what an application says of itself.

use latchkey_domain::ApplicationProfile;
use leptos::prelude::*;

/// Its website and its privacy policy. Nothing if the host entered neither.
pub(crate) fn profile_links(profile: &ApplicationProfile) -> Option<AnyView> {
    let website = profile.website.as_ref().map(|website| {
        view! {
            <a href=website.to_string() target="_blank" rel="noopener" translate="no">
                {website.host().to_owned()}
            </a>
        }
        .into_any()
    });
    let policy = profile.privacy_policy.as_ref().map(|policy| {
        view! {
            <a href=policy.to_string() target="_blank" rel="noopener">
                "Privacy policy"
            </a>
        }
        .into_any()
    });
    let links: Vec<_> = [website, policy].into_iter().flatten().collect();
    (!links.is_empty()).then(|| view! { <p class="profile-links">{links}</p> }.into_any())
}
