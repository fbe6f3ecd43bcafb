//! The page for unknown addresses.

use leptos::prelude::*;

/// Says that there is no such page, and links back.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(request) = use_context::<crate::request::Request>() {
        request.status.set(404);
    }
    view! {
        <main class="panel">
            <h1 class="panel-title">"There is no such page"</h1>
            <p class="panel-lead">"The address may be mistyped, or what it led to is gone."</p>
            <p>
                <a class="button" href="/admin/settings/oauth-applications">
                    "Go to OAuth Applications"
                </a>
            </p>
        </main>
    }
}
