//! A button that copies a value and says that it did.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::toast::Toasts;
use crate::browser;
use crate::functions::Refusal;

/// Where the value comes from when the button is pressed: it may have to be fetched.
pub(crate) type Source =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<String, Refusal>>>> + Send + Sync>;

/// Copies what `source` gives. `what` completes “Copy …” and “… copied”.
#[component]
pub(crate) fn CopyButton(what: &'static str, source: Source) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let value = source();
        browser::spawn(async move {
            match value.await {
                Err(refusal) => toasts.failure(refusal.words()),
                Ok(value) if browser::copy(&value).await => {
                    copied.set(true);
                    toasts.success(format!("{what} copied"));
                    set_timeout(
                        move || {
                            let _ = copied.try_set(false);
                        },
                        Duration::from_secs(2),
                    );
                }
                Ok(_) => {
                    toasts.failure("The browser did not allow copying. Select the text and copy it by hand.");
                }
            }
        });
    };
    view! {
        <button type="button" class="icon-button" class:copied=copied aria-label=format!("Copy {what}") on:click=copy>
            <Glyph icon=Signal::derive(move || if copied.get() { Icon::Check } else { Icon::Copy }) />
        </button>
    }
}
