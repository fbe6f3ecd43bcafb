//! What went wrong, inside a dialog or in place of a list, and the way on from there.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::live_text::live_text;
use crate::browser;
use crate::functions::Refusal;

/// How often the browser asks whether the server is back.
const ASKS_EVERY: Duration = Duration::from_secs(2);

/// Shows `refusal`, if there is one. Where the server cannot be reached, it keeps asking and says when it is back.
#[component]
pub(crate) fn RefusalNotice(#[prop(into)] refusal: Signal<Option<Refusal>>) -> impl IntoView {
    let back = RwSignal::new(false);
    Effect::new(move || {
        back.set(false);
        if refusal.get() == Some(Refusal::Unreachable) {
            wait_for_server(refusal, back);
        }
    });
    move || {
        let refusal = refusal.get()?;
        let way_on = match refusal {
            Refusal::SignedOut => Some(
                view! {
                    <span>
                        <a href="/sign-in" target="_blank" rel="noopener">
                            "Sign in again in a new tab"
                        </a>
                        ", then try once more here: what you typed is kept."
                    </span>
                }
                .into_any(),
            ),
            Refusal::Unreachable if back.get() => {
                Some(live_text("The server is back: try once more.").into_any())
            }
            Refusal::PlanTooLow { .. } => Some(
                view! {
                    <span>
                        "The operator can change the plan with "
                        <code class="mono" translate="no">"latchkey network set --plan scale"</code>
                        "."
                    </span>
                }
                .into_any(),
            ),
            _ => None,
        };
        Some(view! {
            <div class="notice notice-error" role="alert" tabindex="-1" id="refusal">
                <Glyph icon=Icon::Warning />
                <p>{live_text(refusal.words())} " " {way_on}</p>
            </div>
        })
    }
}

/// Asks until the server answers or the refusal has gone.
fn wait_for_server(refusal: Signal<Option<Refusal>>, back: RwSignal<bool>) {
    set_timeout(
        move || {
            browser::spawn(async move {
                if refusal.try_get_untracked().flatten() != Some(Refusal::Unreachable) {
                    return;
                }
                if browser::server_answers().await {
                    let _ = back.try_set(true);
                } else {
                    wait_for_server(refusal, back);
                }
            });
        },
        ASKS_EVERY,
    );
}
