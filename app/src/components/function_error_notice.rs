//! An error inside a dialog or in place of a list, and what to do next.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::live_text::live_text;
use crate::browser;
use crate::functions::error::FunctionError;

/// How often the browser checks whether the server is back.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Shows `error`, if there is one. If the server is unreachable, it keeps checking and says when it is back.
#[component]
pub(crate) fn FunctionErrorNotice(
    #[prop(into)] error: Signal<Option<FunctionError>>,
    /// Whether it is in a form, whose input is kept.
    #[prop(optional)]
    in_form: bool,
) -> impl IntoView {
    let kept = if in_form { " What you typed is kept." } else { "" };
    let back = RwSignal::new(false);
    Effect::new(move || {
        back.set(false);
        if error.get() == Some(FunctionError::Unreachable) {
            wait_for_server(error, back);
        }
    });
    move || {
        let error = error.get()?;
        let way_on = match error {
            FunctionError::SignedOut => Some(
                view! {
                    <span>
                        <a href="/sign-in" target="_blank" rel="noopener">
                            "Sign in again in a new tab"
                        </a>
                        ", then try again here." {kept}
                    </span>
                }
                .into_any(),
            ),
            FunctionError::Unreachable if back.get() => {
                Some(live_text(format!("The server is back. Try again.{kept}")).into_any())
            }
            FunctionError::Unreachable => Some(live_text(kept.trim_start()).into_any()),
            FunctionError::PlanTooLow { .. } => Some(
                view! {
                    <span>
                        "Change the plan in "
                        <a href="/admin/settings/network" target="_blank" rel="noopener">
                            "Settings > Network"
                        </a> "."
                    </span>
                }
                .into_any(),
            ),
            _ => None,
        };
        Some(view! {
            <div class="notice notice-error" role="alert" tabindex="-1" id="error">
                <Glyph icon=Icon::Warning />
                <p>{live_text(error.message())} " " {way_on}</p>
            </div>
        })
    }
}

/// Checks until the server answers or the error has gone.
fn wait_for_server(error: Signal<Option<FunctionError>>, back: RwSignal<bool>) {
    set_timeout(
        move || {
            browser::spawn(async move {
                if error.try_get_untracked().flatten() != Some(FunctionError::Unreachable) {
                    return;
                }
                if browser::server_answers().await {
                    let _ = back.try_set(true);
                } else {
                    wait_for_server(error, back);
                }
            });
        },
        POLL_INTERVAL,
    );
}
