//! The picture of an application or a network.

use latchkey_domain::LogoId;
use leptos::prelude::*;

/// The logo, or the first letter of the name if there is none. It is decorative: the name is beside it.
pub(crate) fn logo(name: &str, logo: Option<&LogoId>, class: &'static str) -> impl IntoView + use<> {
    if let Some(logo) = logo {
        view! { <img class=format!("logo {class}") src=logo.path() alt="" /> }.into_any()
    } else {
        let initial = name.chars().next().unwrap_or_default().to_string();
        view! {
            <span class=format!("logo logo-initial {class}") aria-hidden="true">
                {initial}
            </span>
        }
        .into_any()
    }
}
