//! The links to the parts of an application's page, as tabs.

use leptos::prelude::*;

use super::address;
use super::tab::Tab;
use crate::components::live_text::live_text;

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
}
