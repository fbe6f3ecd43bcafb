//! A button that copies a value and confirms it.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::live_text::live_text;
use super::toast::Toasts;
use crate::browser;
use crate::functions::Answer;

/// Copies what `source` returns when the button is pressed: the value may have to be fetched. `what` completes “Copy …”
/// and “… copied”.
#[component]
pub(crate) fn CopyButton(
    id: String,
    what: &'static str,
    source: Callback<(), Answer<String>>,
    /// The text of a button with a text; without one it is an icon.
    #[prop(optional)]
    text: Option<&'static str>,
) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let value = source.run(());
        browser::spawn(async move {
            match value.await {
                Err(error) => toasts.failure(error.message()),
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
        <button
            type="button"
            class=if text.is_some() { "button" } else { "icon-button" }
            class:copied=copied
            id=id
            aria-label=text.is_none().then(|| format!("Copy {what}"))
            on:click=copy
        >
            <Glyph icon=Signal::derive(move || if copied.get() { Icon::Check } else { Icon::Copy }) />
            {text.map(|text| move || live_text(if copied.get() { "Copied" } else { text }))}
        </button>
    }
}
