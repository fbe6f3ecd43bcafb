//! What stands above the tabs of an application's page: its logo, name and type.

use latchkey_domain::LogoId;
use leptos::prelude::*;

use super::card::{client_type, paused_badge};
use crate::components::live_text::live_text;
use crate::components::logo::logo;
use crate::functions::applications::card::ApplicationCard;

/// An application, as the head of its page names it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    client_id: String,
    name: String,
    logo: Option<LogoId>,
    client_type: &'static str,
    paused: bool,
}

impl From<&ApplicationCard> for Head {
    fn from(card: &ApplicationCard) -> Self {
        Self {
            client_id: card.client_id.clone(),
            name: card.form.name.clone(),
            logo: card.logo.clone(),
            client_type: client_type(card),
            paused: card.paused,
        }
    }
}

impl Head {
    /// The content of the page's `<header>`.
    pub(super) fn view(self) -> AnyView {
        let Self {
            client_id,
            name,
            logo: picture,
            client_type,
            paused,
        } = self;
        view! {
            {logo(&name, picture.as_ref(), "logo-large")}
            <div class="application-title">
                <h1 class="page-title" id="page-title" tabindex="-1">
                    <span id=format!("card-{client_id}") tabindex="-1" dir="auto">
                        {live_text(name)}
                    </span>
                </h1>
                <p class="page-lead">{live_text(client_type)}</p>
            </div>
            {paused_badge(paused)}
        }
        .into_any()
    }
}

/// What stands above the content of a tab that is a plain page. `failures` is how many of the application's requests
/// failed in the last hour.
#[cfg(feature = "ssr")]
pub(crate) fn plain_head(
    application: &latchkey_domain::Application,
    current: super::tab::Tab,
    failures: u64,
) -> impl IntoView + use<> {
    use crate::components::breadcrumb::breadcrumb;
    use crate::components::navigation::AdminSection;

    let head = Head {
        client_id: application.client_id.to_string(),
        name: application.spec.name.to_string(),
        logo: application.logo.clone(),
        client_type: application.spec.client_type.label(),
        paused: application.is_paused(),
    };
    let tabs = super::tabs::tabs(&head.client_id, current, failures);
    view! {
        {breadcrumb(vec![AdminSection::OauthApplications.link()])}
        <header class="page-header application-header">{head.view()}</header>
        {tabs}
    }
}
