//! The client secret on a card: masked, revealed on request, copied without showing it.

use latchkey_domain::SecretId;
use leptos::prelude::*;

use crate::browser;
use crate::components::copy_button::CopyButton;
use crate::components::icon::{Glyph, Icon};
use crate::components::toast::Toasts;
use crate::functions::Answer;
use crate::functions::applications::reveal_secret;

/// The secret `id` of the application `client_id`, labelled `what`. It is fetched on request and dropped when hidden.
/// `fresh` is a secret that was just created: it is shown at once, with a reminder.
#[component]
pub(in super::super) fn SecretField(
    what: &'static str,
    client_id: StoredValue<String>,
    id: SecretId,
    fresh: Signal<Option<String>>,
) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let fetched = RwSignal::new(None::<String>);
    let hidden = RwSignal::new(false);
    // Show a new secret until it is hidden.
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
    let reveal = Action::new_unsync(move |(): &()| async move {
        match browser::ask_again(reveal_secret(client_id.get_value(), id).await) {
            Ok(secret) => {
                fetched.set(Some(secret));
                hidden.set(false);
            }
            Err(error) => toasts.failure(error.message()),
        }
    });
    let busy = reveal.pending();
    let toggle = move |_| {
        if shown.get_untracked().is_some() {
            hidden.set(true);
            fetched.set(None);
        } else {
            reveal.dispatch_local(());
        }
    };
    let source = Callback::new(move |()| -> Answer<String> {
        let known = shown.get_untracked();
        Box::pin(async move {
            match known {
                Some(secret) => Ok(secret),
                None => browser::ask_again(reveal_secret(client_id.get_value(), id).await),
            }
        })
    });
    let SecretId(number) = id;
    view! {
        <div class="value-row">
            <code class="mono value secret" translate="no" class:masked=move || shown.get().is_none()>
                {move || shown.get().unwrap_or_else(|| "•".repeat(24))}
            </code>
            <button
                type="button"
                class="icon-button"
                id=format!("reveal-{number}")
                aria-label=move || format!("{} {what}", if shown.get().is_some() { "Hide" } else { "Reveal" })
                aria-busy=move || busy.get().to_string()
                on:click=toggle
            >
                <Glyph icon=Signal::derive(move || if shown.get().is_some() { Icon::EyeOff } else { Icon::Eye }) />
            </button>
            <CopyButton id=format!("copy-secret-{number}") what source />
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
