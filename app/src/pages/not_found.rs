//! The page for unknown addresses.

use latchkey_domain::ClientId;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::components::navigation::{AdminSection, audit_of};

/// Says that there is no such page, and links back. Below the address of an application, it says that this may have been
/// deleted, and leads to what the audit trail says about it.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(request) = use_context::<crate::request::Request>() {
        request.status.set(404);
    }
    let application = use_location()
        .pathname
        .with_untracked(|path| application_of(path));
    let (title, lead) = match application {
        Some(_) => (
            "There is no such application",
            "It may have been deleted, or the address is mistyped.",
        ),
        None => (
            "There is no such page",
            "The address may be mistyped, or what it led to is gone.",
        ),
    };
    let entries = application.map(|client_id| {
        view! {
            <p>
                <a href=audit_of(&client_id) rel="external">
                    "Look it up in the audit trail"
                </a>
            </p>
        }
    });
    view! {
        <main class="panel">
            <h1 class="panel-title">{title}</h1>
            <p class="panel-lead">{lead}</p>
            {entries}
            <p>
                <a class="button" href=AdminSection::OauthApplications.path()>
                    "Go to OAuth Applications"
                </a>
            </p>
        </main>
    }
}

/// The application whose page this would be, or whose tab.
fn application_of(path: &str) -> Option<ClientId> {
    let below = path
        .strip_prefix(AdminSection::OauthApplications.path())?
        .strip_prefix('/')?;
    let (client_id, tab) = below.split_once('/').unwrap_or((below, ""));
    (!tab.contains('/')).then(|| client_id.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_an_application_names_it() {
        let id = "A".repeat(43);
        for (path, names) in [
            (format!("/admin/settings/oauth-applications/{id}"), true),
            (format!("/admin/settings/oauth-applications/{id}/settings"), true),
            (
                "/admin/settings/oauth-applications/nowhere/at/all".to_owned(),
                false,
            ),
            ("/admin/settings/oauth-applications/x/settings".to_owned(), false),
            ("/admin/settings/oauth-applications".to_owned(), false),
            (format!("/admin/settings/oauth-applications{id}"), false),
            (format!("/admin/{id}"), false),
        ] {
            assert_eq!(application_of(&path).is_some(), names, "{path}");
        }
    }
}
