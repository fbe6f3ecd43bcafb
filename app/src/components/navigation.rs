//! The navigation, the same on every page: the bar at the top, and the sections of the admin.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The member who sees the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    /// The member's name.
    pub name: String,
    /// Whether the navigation has **Admin**.
    pub is_host: bool,
}

/// An entry of the main navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MainEntry {
    Home,
    Account,
    Admin,
}

impl MainEntry {
    const ALL: [Self; 3] = [Self::Home, Self::Account, Self::Admin];

    const fn path(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::Account => "/account",
            Self::Admin => "/admin",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Account => "Account",
            Self::Admin => "Admin",
        }
    }
}

/// A section of the admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AdminSection {
    Members,
    OauthApplications,
    Activity,
    Network,
    SingleSignOn,
    HeadlessApi,
    AuditTrail,
}

impl AdminSection {
    const ALL: [Self; 7] = [
        Self::Members,
        Self::OauthApplications,
        Self::Network,
        Self::SingleSignOn,
        Self::Activity,
        Self::HeadlessApi,
        Self::AuditTrail,
    ];

    /// Where its page is.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Members => "/admin/members",
            Self::OauthApplications => "/admin/settings/oauth-applications",
            Self::Activity => "/admin/activity",
            Self::Network => "/admin/settings/network",
            Self::SingleSignOn => "/admin/settings/sso",
            Self::HeadlessApi => "/admin/headless-api",
            Self::AuditTrail => "/admin/audit",
        }
    }

    /// The group that lists it.
    const fn group(self) -> AdminGroup {
        match self {
            Self::Members => AdminGroup::People,
            Self::OauthApplications | Self::Network | Self::SingleSignOn => AdminGroup::Settings,
            Self::Activity | Self::HeadlessApi | Self::AuditTrail => AdminGroup::Insights,
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Members => "Members",
            Self::OauthApplications => "OAuth Applications",
            Self::Activity => "Activity",
            Self::Network => "Network",
            Self::SingleSignOn => "Single sign-on",
            Self::HeadlessApi => "Headless API",
            Self::AuditTrail => "Audit trail",
        }
    }

    /// Its label and address, for breadcrumbs.
    pub(crate) fn link(self) -> (String, String) {
        (self.label().to_owned(), self.path().to_owned())
    }

    /// Whether the WebAssembly renders its page. All other links get `rel="external"`, which leaves them to the
    /// browser: the router would otherwise handle every link of the site.
    const fn is_interactive(self) -> bool {
        matches!(self, Self::OauthApplications)
    }
}

/// A group of sections: who is there, what a host sets, and what a host reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AdminGroup {
    People,
    Settings,
    Insights,
}

impl AdminGroup {
    const ALL: [Self; 3] = [Self::People, Self::Settings, Self::Insights];

    const fn label(self) -> &'static str {
        match self {
            Self::People => "People",
            Self::Settings => "Settings",
            Self::Insights => "Insights",
        }
    }
}

/// The network's name, the main navigation, and the signed-in member.
pub(crate) fn top_bar(network: String, visitor: Visitor, current: Option<MainEntry>) -> impl IntoView {
    let entries = MainEntry::ALL
        .into_iter()
        .filter(|entry| *entry != MainEntry::Admin || visitor.is_host)
        .map(|entry| {
            let current = (current == Some(entry)).then_some("true");
            view! {
                <a href=entry.path() rel="external" aria-current=current>
                    {entry.label()}
                </a>
            }
        })
        .collect_view();
    view! {
        <a class="skip-link" href="#main">
            "Skip to the page"
        </a>
        <header class="topbar">
            <a class="brand" href="/" rel="external">
                <span class="brand-mark" aria-hidden="true"></span>
                <span class="brand-name">{network}</span>
            </a>
            <nav class="topbar-nav" aria-label="Main">
                {entries}
            </nav>
            <form class="topbar-user" method="post" action="/sign-out">
                <span class="topbar-name">{visitor.name}</span>
                <button class="button button-quiet" type="submit">
                    "Sign out"
                </button>
            </form>
        </header>
    }
}

/// Whether an address shows the section's own page or a page below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Section,
    Below,
}

/// The links to the sections of a group.
fn links(group: AdminGroup, section: AdminSection, level: Level) -> impl IntoView {
    let entries = AdminSection::ALL
        .into_iter()
        .filter(|entry| entry.group() == group)
        .map(|entry| {
            let current = (entry == section).then_some(match level {
                Level::Section => "page",
                Level::Below => "true",
            });
            let rel = (!entry.is_interactive()).then_some("external");
            view! {
                <a href=entry.path() aria-current=current rel=rel>
                    {entry.label()}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav aria-label=group.label()>
            <p class="sidebar-heading">{group.label()}</p>
            {entries}
        </nav>
    }
}

/// The address of a member's page.
#[cfg(feature = "ssr")]
pub(crate) fn member_page(id: latchkey_domain::MemberId) -> String {
    format!("{}/{id}", AdminSection::Members.path())
}

/// The address of what the audit trail says about an application, by its id.
pub(crate) fn audit_of(client_id: impl std::fmt::Display) -> String {
    format!("{}?target={client_id}", AdminSection::AuditTrail.path())
}

/// A page of the admin: below the bar at the top, beside the sections.
pub(crate) fn admin_page(
    network: String,
    visitor: Visitor,
    section: AdminSection,
    level: Level,
    content: impl IntoView,
) -> impl IntoView {
    view! {
        {top_bar(network, visitor, Some(MainEntry::Admin))}
        <div class="admin">
            <div class="sidebar">{AdminGroup::ALL.map(|group| links(group, section, level))}</div>
            <main id="main" class="main" tabindex="-1">
                {content}
            </main>
        </div>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn page(section: AdminSection, level: Level) -> String {
        let host = Visitor {
            name: "Ada Lovelace".into(),
            is_host: true,
        };
        admin_page("River Club".into(), host, section, level, ()).to_html()
    }

    #[test]
    fn every_section_is_in_one_group() {
        for section in AdminSection::ALL {
            let html = page(section, Level::Section);
            for entry in AdminSection::ALL {
                let link = format!("href=\"{}\"", entry.path());
                assert_eq!(html.matches(&link).count(), 1, "{link} in {html}");
            }
            assert_eq!(html.matches("aria-current=\"page\"").count(), 1, "{html}");
        }
    }

    #[test]
    fn what_a_host_sets_comes_before_what_a_host_reads() {
        let html = page(AdminSection::AuditTrail, Level::Below);
        let (settings, insights) = html.split_once("aria-label=\"Insights\"").unwrap();
        assert!(settings.contains("aria-label=\"Settings\"") && settings.contains(">OAuth Applications<"));
        assert!(insights.contains("aria-current=\"true\"") && insights.contains(">Audit trail<"));
    }
}
