//! What a page that asks a host before something is added says.

use leptos::prelude::AnyView;

/// What the page says about an addition.
pub(super) struct Question {
    pub(super) title: &'static str,
    pub(super) lead: String,
    pub(super) facts: Option<AnyView>,
    /// The label of the button and where its form is sent, or why there is nothing to do.
    pub(super) act: Result<(String, String), &'static str>,
}
