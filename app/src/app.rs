//! The interactive pages: what the WebAssembly renders.

use leptos::prelude::*;
use leptos_router::components::Router;

use crate::browser;
use crate::components::toast::{ToastRegion, Toasts};
use crate::pages::admin::settings::oauth_applications::OAuthApplicationsPage;

/// There is one page so far, and it reads its URL itself: a table of routes would have one row.
#[component]
pub fn App() -> impl IntoView {
    provide_context(Toasts::new());
    // Effects run only in the browser: from here on, buttons work.
    Effect::new(browser::mark_ready);
    view! {
        <Router>
            <OAuthApplicationsPage />
        </Router>
        <ToastRegion />
    }
}
