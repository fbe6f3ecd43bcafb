//! A question before an action on somebody else's account. It works without scripts.

use leptos::prelude::*;

/// An action, and what to say before it.
pub(crate) struct Ask {
    /// The text of the button that asks.
    pub(crate) button: &'static str,
    /// Its name for screen readers, where several buttons have the same text.
    pub(crate) label: Option<String>,
    /// What happens then.
    pub(crate) effect: AnyView,
    /// The address of the form.
    pub(crate) action: String,
    /// The text of the button that acts.
    pub(crate) confirm: &'static str,
    /// Whether it takes something away.
    pub(crate) is_danger: bool,
}

impl Ask {
    /// The button, and the question below it once it was pressed.
    pub(crate) fn into_view(self) -> impl IntoView {
        let class = if self.is_danger {
            "button button-danger"
        } else {
            "button button-primary"
        };
        view! {
            <details class="ask">
                <summary class="button" aria-label=self.label>
                    {self.button}
                </summary>
                <form method="post" action=self.action>
                    {self.effect}
                    <button class=class type="submit">
                        {self.confirm}
                    </button>
                </form>
            </details>
        }
    }
}
