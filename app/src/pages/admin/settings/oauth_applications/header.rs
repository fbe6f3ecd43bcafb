//! The heading of the page.

use latchkey_domain::Plan;
use leptos::prelude::*;

use super::address::DialogRoute;
use super::context::ListContext;
use crate::components::icon::{Glyph, Icon};
use crate::components::live_text::live_text;

/// The heading and the button for a new application, or why it is missing.
#[component]
pub(super) fn PageHeader(plan: Memo<Option<Plan>>) -> impl IntoView {
    let list = expect_context::<ListContext>();
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
                plan.get()
                    .filter(|plan| plan.includes_oauth_applications())
                    .map(|_| {
                        view! {
                            <button
                                type="button"
                                class="button button-primary"
                                id="new-application"
                                title="Shortcut: n"
                                aria-keyshortcuts="n"
                                on:click=list.opener(DialogRoute::New)
                            >
                                <Glyph icon=Icon::Plus />
                                "New OAuth Application"
                            </button>
                        }
                    })
            }}
        </div>
        {move || {
            plan.get()
                .filter(|plan| !plan.includes_oauth_applications())
                .map(|plan| {
                    view! {
                        <div class="notice">
                            <Glyph icon=Icon::Warning />
                            <p>
                                "OAuth applications are available on the Scale plan and above. This network is on "
                                <strong>{live_text(plan.label())}</strong>
                                ", so none can be created, edited or authorized. The operator can change the plan with "
                                <code class="mono" translate="no">"latchkey network set --plan scale"</code> "."
                            </p>
                        </div>
                    }
                })
        }}
    }
}
