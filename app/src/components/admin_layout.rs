//! What stands around every page of the admin: the main navigation and the settings' own.

use leptos::prelude::*;

/// The layout of the admin.
#[component]
pub(crate) fn AdminLayout(
    /// The network's name.
    network: String,
    /// The name of who is signed in.
    viewer: String,
    children: Children,
) -> impl IntoView {
    view! {
        <a class="skip-link" href="#main">
            "Skip to the page"
        </a>
        <header class="topbar">
            <a class="brand" href="/" rel="external">
                <span class="brand-mark" aria-hidden="true"></span>
                <span class="brand-name">{network}</span>
            </a>
            <nav class="topbar-nav" aria-label="Main">
                <a href="/" rel="external">
                    "Home"
                </a>
                <a href="/account" rel="external">
                    "Account"
                </a>
                <a href="/admin" rel="external" aria-current="true">
                    "Admin"
                </a>
            </nav>
            <form class="topbar-user" method="post" action="/sign-out">
                <span class="topbar-name">{viewer}</span>
                <button class="button button-quiet" type="submit">
                    "Sign out"
                </button>
            </form>
        </header>
        <div class="admin">
            <nav class="sidebar" aria-label="Settings">
                <p class="sidebar-heading">"Settings"</p>
                <a href="/admin/settings/oauth-applications" aria-current="page">
                    "OAuth Applications"
                </a>
                <a href="/admin/headless-api" rel="external">
                    "Headless API"
                </a>
                <a href="/admin/audit" rel="external">
                    "Audit trail"
                </a>
            </nav>
            <main id="main" class="main" tabindex="-1">
                {children()}
            </main>
        </div>
    }
}
