//! The parts of an application's page. Some are interactive, the others are plain pages.

use latchkey_domain::named;

named! {
    /// A part of an application's page.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Tab: "a tab" {
        Overview = "overview" "Overview",
        Credentials = "credentials" "Credentials",
        Activity = "activity" "Activity",
        Members = "members" "Connected members",
        UseIt = "use" "Use it",
        Settings = "settings" "Settings",
    }
}

impl Tab {
    /// Whether the WebAssembly renders it.
    pub(super) const fn is_interactive(self) -> bool {
        matches!(self, Self::Overview | Self::Credentials | Self::Settings)
    }
}
