//! The tabs of an application's page. Some are interactive, the others are plain pages.

use latchkey_domain::named;
use leptos::prelude::*;

use super::address::{self, NotFound};
use crate::components::live_text::live_text;

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

    /// The interactive tab with this name.
    pub(super) fn interactive(id: &str) -> Result<Self, NotFound> {
        let tab: Option<Self> = id.parse().ok();
        tab.filter(|tab| tab.is_interactive()).ok_or(NotFound)
    }
}

/// Links to the parts of an application's page. `failures` is how many of its requests failed in the last hour.
pub(crate) fn tabs(client_id: &str, current: Tab, failures: u64) -> impl IntoView + use<> {
    let links = Tab::ALL
        .into_iter()
        .map(|tab| {
            let label = match (tab, failures) {
                (Tab::Activity, 1..) => format!("Activity ({failures} failed)"),
                _ => tab.label().to_owned(),
            };
            view! {
                <a
                    href=address::application(client_id, tab)
                    aria-current=(tab == current).then_some("page")
                    rel=(!tab.is_interactive()).then_some("external")
                    data-noscroll=""
                >
                    {live_text(label)}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="page-tabs" aria-label="Application">
            {links}
        </nav>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn each_tab_is_a_link_and_the_current_one_is_marked() {
        let html = tabs("abc", Tab::Members, 3).to_html();
        for tab in Tab::ALL {
            let href = format!("href=\"{}\"", address::application("abc", tab));
            assert!(html.contains(&href), "{href} in {html}");
        }
        assert!(html.contains("Activity (3 failed)"), "{html}");
        assert_eq!(html.matches("aria-current=\"page\"").count(), 1);
        assert_eq!(html.matches("rel=\"external\"").count(), 3);
        assert!(!tabs("abc", Tab::Overview, 0).to_html().contains("failed"));
    }

    #[test]
    fn only_interactive_tabs_are_read_from_an_address() {
        for tab in Tab::ALL {
            assert_eq!(
                Tab::interactive(tab.id()).ok(),
                tab.is_interactive().then_some(tab)
            );
        }
    }
}
