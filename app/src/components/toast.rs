//! Short announcements of what was just done, read out by screen readers.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// How long an announcement stays.
const STAYS: Duration = Duration::from_secs(6);

#[derive(Clone, PartialEq)]
struct Toast {
    number: usize,
    text: String,
    failed: bool,
}

/// The announcements on the page. In the context of the whole application.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<usize>,
}

impl Toasts {
    pub(crate) fn new() -> Self {
        Self {
            shown: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        }
    }

    /// Announces that something worked.
    pub(crate) fn success(self, text: impl Into<String>) {
        self.add(text.into(), false);
    }

    /// Announces that something did not work.
    pub(crate) fn failure(self, text: impl Into<String>) {
        self.add(text.into(), true);
    }

    fn add(self, text: String, failed: bool) {
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        self.shown.update(|shown| {
            // Two at a time are enough to read.
            if shown.len() > 1 {
                shown.remove(0);
            }
            shown.push(Toast { number, text, failed });
        });
        set_timeout(
            move || {
                let _ = self
                    .shown
                    .try_update(|shown| shown.retain(|toast| toast.number != number));
            },
            STAYS,
        );
    }
}

/// Where announcements appear.
#[component]
pub(crate) fn ToastRegion() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.shown.get() key=|toast| toast.number let:toast>
                <div class="toast" class:toast-failed=toast.failed>
                    <Glyph icon=if toast.failed { Icon::Warning } else { Icon::Check } />
                    <span>{toast.text}</span>
                </div>
            </For>
        </div>
    }
}
