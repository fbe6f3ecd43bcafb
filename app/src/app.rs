//! The single-page application.

use leptos::prelude::*;
use leptos_router::components::Router;

use crate::browser;
use crate::components::toast::{ToastRegion, Toasts};
use crate::pages::oauth_applications::OAuthApplicationsPage;

/// The admin. It has one page so far, which reads its address itself: a table of routes for one page is
/// WebAssembly for nothing. Where nothing stands at an address, the page says so.
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
