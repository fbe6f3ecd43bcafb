//! The tabs of an application's page. Some are interactive, the others are plain pages.

use std::str::FromStr;

use leptos::prelude::*;

use super::address::{self, NotFound};
use crate::components::live_text::live_text;

/// A part of an application's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    Overview,
    Credentials,
    Activity,
    Members,
    UseIt,
    Settings,
}

impl Tab {
    const ALL: [Self; 6] = [
        Self::Overview,
        Self::Credentials,
        Self::Activity,
        Self::Members,
        Self::UseIt,
        Self::Settings,
    ];

    /// Its name in addresses.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Credentials => "credentials",
            Self::Activity => "activity",
            Self::Members => "members",
            Self::UseIt => "use",
            Self::Settings => "settings",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Credentials => "Credentials",
            Self::Activity => "Activity",
            Self::Members => "Connected members",
            Self::UseIt => "Use it",
            Self::Settings => "Settings",
        }
    }

    /// Whether the WebAssembly renders it.
    pub(super) const fn is_interactive(self) -> bool {
        matches!(self, Self::Overview | Self::Credentials | Self::Settings)
    }
}

/// Reads the name of an interactive tab.
impl FromStr for Tab {
    type Err = NotFound;

    fn from_str(id: &str) -> Result<Self, NotFound> {
        Self::ALL
            .into_iter()
            .find(|tab| tab.is_interactive() && tab.id() == id)
            .ok_or(NotFound)
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
            assert_eq!(tab.id().parse::<Tab>().ok(), tab.is_interactive().then_some(tab));
        }
    }
}
