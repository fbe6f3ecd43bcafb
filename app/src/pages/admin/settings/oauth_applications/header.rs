//! The heading of the page.

use latchkey_domain::Plan;
use leptos::prelude::*;

use super::address::{self, DialogRoute};
use super::context::ListContext;
use super::reading::Shown;
use crate::components::icon::{Glyph, Icon};
use crate::components::live_text::live_text;
use crate::components::navigation::AdminSection;

/// The heading and the link to a new application, or why it is missing.
#[component]
pub(super) fn PageHeader() -> impl IntoView {
    let list = expect_context::<ListContext>();
    let may_change = expect_context::<Shown>().may_change();
    view! {
        <div class="page-header">
            <div>
                <h1 class="page-title" id="page-title" tabindex="-1">
                    "OAuth Applications"
                </h1>
                <p class="page-lead">
                    "Let third-party applications sign members in with OAuth 2.0 and use your network’s Headless API on their behalf."
                </p>
            </div>
            {move || {
                may_change
                    .get()
                    .then(|| {
                        view! {
                            <div class="actions">
                                <a class="button" href=address::import() rel="external">
                                    "Import"
                                </a>
                                <a
                                    class="button button-primary"
                                    id="new-application"
                                    title="Shortcut: n"
                                    aria-keyshortcuts="n"
                                    href=list.link(DialogRoute::New)
                                    data-noscroll=""
                                >
                                    <Glyph icon=Icon::Plus />
                                    "New OAuth Application"
                                </a>
                            </div>
                        }
                    })
            }}
        </div>
        {plan_notice()}
    }
}

/// Says what the network's plan does not include.
pub(super) fn plan_notice() -> impl IntoView {
    let shown = expect_context::<Shown>();
    move || {
        let plan = shown
            .plan
            .get()
            .filter(|plan: &Plan| !plan.includes_oauth_applications())?;
        Some(view! {
            <div class="notice">
                <Glyph icon=Icon::Warning />
                <p>
                    "OAuth applications are available on the Scale plan and above. This network is on "
                    <strong>{live_text(plan.label())}</strong>
                    ", so none can be created, edited or authorized. Change the plan in "
                    <a href=AdminSection::Network.path() rel="external">
                        "Settings > Network"
                    </a> "."
                </p>
            </div>
        })
    }
}
