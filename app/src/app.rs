//! The single-page application: which page stands at which address.

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

use crate::browser;
use crate::components::toast::{ToastRegion, Toasts};
use crate::pages::not_found::NotFoundPage;
use crate::pages::oauth_applications::OAuthApplicationsPage;

/// The admin.
#[component]
pub fn App() -> impl IntoView {
    provide_context(Toasts::new());
    // Effects run in the browser only: from here on, buttons do something.
    Effect::new(browser::mark_ready);
    view! {
        <Router>
            <FlatRoutes fallback=NotFoundPage>
                <Route path=path!("/admin/settings/oauth-applications/*dialog") view=OAuthApplicationsPage />
            </FlatRoutes>
        </Router>
        <ToastRegion />
    }
}
