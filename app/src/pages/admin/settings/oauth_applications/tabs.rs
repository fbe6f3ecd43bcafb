//! The tabs of an application's pages.

use leptos::prelude::*;

use super::address::PATH;

/// A page of an application.
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
    const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Overview, "Overview", ""),
        (Self::Credentials, "Credentials", "/credentials"),
        (Self::Activity, "Activity", "/activity"),
        (Self::Members, "Connected members", "/members"),
        (Self::UseIt, "Use it", "/use"),
        (Self::Settings, "Settings", "/settings"),
    ];
}

/// The tabs, with the number of failures of the last hour.
pub(crate) fn tabs(client_id: &str, current: Tab, failures: u64) -> impl IntoView {
    let links = Tab::ALL
        .into_iter()
        .map(|(tab, label, below)| {
            let label = match (tab, failures) {
                (Tab::Activity, 1..) => format!("{label} ({failures} failed)"),
                _ => label.to_owned(),
            };
            let current = (tab == current).then_some("page");
            view! {
                <a href=format!("{PATH}/{client_id}{below}") aria-current=current rel="external">
                    {label}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="app-tabs" aria-label="Application">
            {links}
        </nav>
    }
}
