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
    });
    let policy = profile.privacy_policy.as_ref().map(|policy| {
        view! {
            <a href=policy.to_string() target="_blank" rel="noopener">
                "Privacy policy"
            </a>
        }
    });
    let separator = (website.is_some() && policy.is_some()).then_some(" · ");
    (website.is_some() || policy.is_some())
        .then(|| view! { <p class="profile-links">{website} {separator} {policy}</p> }.into_any())
}
