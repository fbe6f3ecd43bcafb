//! The client secret on a card: masked, revealed on request, copied without being shown.

use std::sync::Arc;

use leptos::prelude::*;

use super::copy_button::{CopyButton, Source};
use super::icon::{Glyph, Icon};
use super::toast::Toasts;
use crate::browser;
use crate::functions::applications::{SecretDeed, secret};

/// The secret with number `id` of the application `client_id`, which is called `what`. It is fetched when it is asked for,
/// and forgotten when hidden. `fresh` is a secret that was just made: it is shown at once, with a reminder.
#[component]
pub(crate) fn SecretField(
    what: &'static str,
    client_id: StoredValue<String>,
    id: String,
    fresh: Signal<Option<String>>,
) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let fetched = RwSignal::new(None::<String>);
    let hidden = RwSignal::new(false);
    let busy = RwSignal::new(false);
    // A secret that was just made is shown until it is hidden.
    Effect::new(move || {
        if fresh.get().is_some() {
            hidden.set(false);
        }
    });
    let shown = Memo::new(move |_| {
        if hidden.get() {
            None
        } else {
            fetched.get().or_else(|| fresh.get())
        }
    });

    let fetch = move || secret(client_id.get_value(), SecretDeed::Reveal(id.clone()));
    let source: Source = {
        let fetch = fetch.clone();
        Arc::new(move || {
            let (known, fetch) = (shown.get_untracked(), fetch.clone());
            Box::pin(async move {
                match known {
                    Some(secret) => Ok(secret),
                    None => fetch().await,
                }
            })
        })
    };
    let toggle = move |_| {
        if shown.get_untracked().is_some() {
            hidden.set(true);
            fetched.set(None);
            return;
        }
        let fetched_now = fetch();
        busy.set(true);
        browser::spawn(async move {
            match fetched_now.await {
                Ok(secret) => {
                    fetched.set(Some(secret));
                    hidden.set(false);
                }
                Err(refusal) => toasts.failure(refusal.words()),
            }
            busy.set(false);
        });
    };
    view! {
        <div class="value-row">
            <code class="mono value secret" translate="no" class:masked=move || shown.get().is_none()>
                {move || shown.get().unwrap_or_else(|| "•".repeat(24))}
            </code>
            <button
                type="button"
                class="icon-button"
                aria-label=move || format!("{} {what}", if shown.get().is_some() { "Hide" } else { "Reveal" })
                aria-busy=move || busy.get().to_string()
                on:click=toggle
            >
                <Glyph icon=Signal::derive(move || if shown.get().is_some() { Icon::EyeOff } else { Icon::Eye }) />
            </button>
            <CopyButton what source />
        </div>
        {move || {
            (fresh.get().is_some() && shown.get().is_some())
                .then(|| {
                    view! {
                        <p class="reminder">
                            <Glyph icon=Icon::Key />
                            "Store this secret safely now. Treat it like a password: never put it in client-side code or version control."
                        </p>
                    }
                })
        }}
    }
}
