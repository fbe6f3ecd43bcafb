//! Short messages about what was just done. Screen readers read them.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::live_text::live_text;

/// How long a message is visible.
const STAYS: Duration = Duration::from_secs(6);

#[derive(Clone)]
struct Toast {
    text: String,
    failed: bool,
}

/// The current message: a new one replaces the old one. It is in the context of the whole application.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    shown: RwSignal<Option<Toast>>,
    count: StoredValue<usize>,
}

impl Toasts {
    pub(crate) fn new() -> Self {
        Self {
            shown: RwSignal::new(None),
            count: StoredValue::new(0),
        }
    }

    /// Reports a success.
    pub(crate) fn success(self, text: impl Into<String>) {
        self.announce(text.into(), false);
    }

    /// Reports a failure.
    pub(crate) fn failure(self, text: impl Into<String>) {
        self.announce(text.into(), true);
    }

    fn announce(self, text: String, failed: bool) {
        let number = self.count.get_value() + 1;
        self.count.set_value(number);
        self.shown.set(Some(Toast { text, failed }));
        set_timeout(
            move || {
                if self.count.get_value() == number {
                    self.shown.set(None);
                }
            },
            STAYS,
        );
    }
}

/// Where messages appear.
#[component]
pub(crate) fn ToastRegion() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {move || {
                toasts
                    .shown
                    .get()
                    .map(|toast| {
                        view! {
                            <div class="toast" class:toast-failed=toast.failed>
                                <Glyph icon=if toast.failed { Icon::Warning } else { Icon::Check } />
                                {live_text(toast.text)}
                            </div>
                        }
                    })
            }}
        </div>
    }
}
