//! The interactive pages: what the WebAssembly renders.

use leptos::prelude::*;
use leptos_router::components::Router;

use crate::browser;
use crate::components::toast::{ToastRegion, Toasts};
use crate::pages::admin::settings::oauth_applications::OAuthApplicationsPage;

/// One page so far, which reads its address itself: a table of routes would have one row.
#[component]
pub fn App() -> impl IntoView {
    provide_context(Toasts::new());
    // Effects run in the browser only: from here on, buttons do something.
    Effect::new(browser::mark_ready);
    view! {
        <Router>
            <OAuthApplicationsPage />
        </Router>
        <ToastRegion />
    }
}
