//! Buttons that sign in with a provider.

use latchkey_domain::LogoId;
use leptos::prelude::*;

use super::logo::logo;

/// A provider that somebody can sign in with.
#[derive(Clone, Debug)]
pub struct ProviderButton {
    pub name: String,
    pub logo: Option<LogoId>,
    /// Where it leads: `/sign-in/with/…`.
    pub href: String,
}

/// A button for each.
pub(crate) fn provider_buttons(providers: Vec<ProviderButton>) -> impl IntoView {
    let buttons = providers
        .into_iter()
        .map(
            |ProviderButton {
                 name,
                 logo: picture,
                 href,
             }| {
                view! {
                    <li>
                        <a class="button provider-button" href=href>
                            {logo(&name, picture.as_ref(), "provider-logo")}
                            <span>"Continue with " <bdi>{name.clone()}</bdi></span>
                        </a>
                    </li>
                }
            },
        )
        .collect_view();
    view! { <ul class="provider-buttons">{buttons}</ul> }
}
