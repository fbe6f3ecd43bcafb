//! Short announcements of what was just done, read out by screen readers.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::live_text::live_text;

/// How long an announcement stays.
const STAYS: Duration = Duration::from_secs(6);

#[derive(Clone)]
struct Toast {
    text: String,
    failed: bool,
}

/// The announcement on the page: the newest takes the place of the one before. In the context of the whole application.
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

    /// Announces that something worked.
    pub(crate) fn success(self, text: impl Into<String>) {
        self.announce(text.into(), false);
    }

    /// Announces that something did not work.
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

/// Where announcements appear.
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
