//! What stands around every plain page: the head, and either the network's name over a card or the top bar.

use leptos::prelude::*;

/// What every page needs to know of the instance.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The network's name.
    pub network: String,
    /// The address of the style sheet; empty if there is none.
    pub css: String,
    /// The addresses of what only this page loads: style sheets and scripts, which run when the page is there. The
    /// answer's policy has to allow them.
    pub extras: Vec<String>,
}

/// Who looks at the page.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The member's name.
    pub name: String,
    /// Whether **Admin** stands in the navigation.
    pub is_host: bool,
}

/// An entry of the main navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Home,
    Account,
    Admin,
}

/// An entry of the settings' navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    OauthApplications,
    HeadlessApi,
    AuditTrail,
}

impl Section {
    const ALL: &[(Self, &str, &str)] = &[
        (
            Self::OauthApplications,
            "/admin/settings/oauth-applications",
            "OAuth Applications",
        ),
        (Self::HeadlessApi, "/admin/headless-api", "Headless API"),
        (Self::AuditTrail, "/admin/audit", "Audit trail"),
    ];
}

impl Frame {
    /// A card under the network's name, for who is not signed in or need not care.
    pub(super) fn card(self, title: &str, content: impl IntoView) -> String {
        let network = self.network.clone();
        self.document(
            title,
            view! {
                <main class="plain-main">
                    <p class="plain-network">
                        <span class="brand-mark" aria-hidden="true"></span>
                        <span class="brand-name">{network}</span>
                    </p>
                    <div class="plain-card">{content}</div>
                </main>
            },
        )
    }

    /// A page under the same top bar as the admin's.
    pub(super) fn with_topbar(
        self,
        title: &str,
        visitor: Visitor,
        place: Option<Place>,
        content: impl IntoView,
    ) -> String {
        let header = topbar(self.network.clone(), visitor, place);
        self.document(
            title,
            view! {
                {header}
                <main class="plain-main" id="main" tabindex="-1">
                    <div class="plain-card plain-card-wide">{content}</div>
                </main>
            },
        )
    }

    /// A page of the admin: under the top bar, beside the settings' navigation.
    pub(super) fn admin(
        self,
        title: &str,
        visitor: Visitor,
        section: Section,
        content: impl IntoView,
    ) -> String {
        let header = topbar(self.network.clone(), visitor, Some(Place::Admin));
        let entries = Section::ALL
            .iter()
            .map(|&(entry, address, label)| {
                let current = (entry == section).then_some("true");
                view! {
                    <a href=address aria-current=current>
                        {label}
                    </a>
                }
            })
            .collect_view();
        self.document(
            title,
            view! {
                {header}
                <div class="admin">
                    <nav class="sidebar" aria-label="Settings">
                        <p class="sidebar-heading">"Settings"</p>
                        {entries}
                    </nav>
                    <main id="main" class="main" tabindex="-1">
                        {content}
                    </main>
                </div>
            },
        )
    }

    /// A page of the admin that needs the whole window, under the top bar alone.
    pub(super) fn admin_wide(self, title: &str, visitor: Visitor, content: impl IntoView) -> String {
        let header = topbar(self.network.clone(), visitor, Some(Place::Admin));
        self.document(
            title,
            view! {
                {header}
                <main id="main" class="wide" tabindex="-1">
                    {content}
                </main>
            },
        )
    }

    fn document(self, title: &str, body: impl IntoView) -> String {
        let title = format!("{title} · {}", self.network);
        // Around text the renderer leaves marks for the browser's half to find. Here there is none, and in a title they
        // would be read as text. What a person typed is escaped by then, so that nothing else looks like one.
        let without_marks = |html: String| html.replace("<!>", "");
        let styles = (!self.css.is_empty()).then(|| view! { <link rel="stylesheet" href=self.css /> });
        let is_script = |address: &String| address.rsplit('.').next() == Some("js");
        let (scripts, sheets): (Vec<_>, Vec<_>) = self.extras.into_iter().partition(is_script);
        let sheets = sheets
            .into_iter()
            .map(|address| view! { <link rel="stylesheet" href=address /> })
            .collect_view();
        let scripts = scripts
            .into_iter()
            .map(|address| view! { <script defer src=address></script> })
            .collect_view();
        let html = view! {
            <!DOCTYPE html>
            <html lang="en">
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="color-scheme" content="light dark" />
                    <meta name="robots" content="noindex" />
                    <title>{title}</title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                    {styles}
                    {sheets}
                    {scripts}
                </head>
                <body class="plain">{body}</body>
            </html>
        };
        without_marks(html.to_html())
    }
}

/// The network's name, the main navigation, and who is signed in.
fn topbar(network: String, visitor: Visitor, place: Option<Place>) -> impl IntoView {
    let entry = |entry: Place, address: &'static str, label: &'static str| {
        let current = (place == Some(entry)).then_some("true");
        view! {
            <a href=address aria-current=current>
                {label}
            </a>
        }
    };
    view! {
        <a class="skip-link" href="#main">
            "Skip to the page"
        </a>
        <header class="topbar">
            <a class="brand" href="/">
                <span class="brand-mark" aria-hidden="true"></span>
                <span class="brand-name">{network}</span>
            </a>
            <nav class="topbar-nav" aria-label="Main">
                {entry(Place::Home, "/", "Home")} {entry(Place::Account, "/account", "Account")}
                {visitor.is_host.then(|| entry(Place::Admin, "/admin", "Admin"))}
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

#[cfg(test)]
pub(super) mod tests {
    use latchkey_domain::{Application, ApplicationDraft, MemberId, Timestamp};
    use latchkey_registration::{ActivityEntry, ActivityKind, ActivityLine, Candidate, NewActivity};

    use super::*;

    pub(crate) fn frame() -> Frame {
        Frame {
            network: "River Club".into(),
            css: "/pkg/latchkey.0.css".into(),
            extras: vec![],
        }
    }

    pub(crate) fn visitor(is_host: bool) -> Visitor {
        Visitor {
            name: "Ada Lovelace".into(),
            is_host,
        }
    }

    /// A confidential application that was edited twice.
    pub(crate) fn application(name: &str) -> Application {
        let draft = ApplicationDraft {
            name: name.into(),
            redirect_uris: "https://app.example/cb".into(),
            scopes: vec!["read:posts".into(), "host:read:network_events".into()],
            ..ApplicationDraft::default()
        };
        Application {
            client_id: "A".repeat(43).parse().unwrap(),
            spec: draft.validate().unwrap(),
            paused_at: None,
            created_at: Timestamp::from_millis(0),
            last_used_at: None,
            revision: 3,
        }
    }

    /// A request with a redirect URI that was not registered.
    pub(crate) fn activity_line(id: i64, candidate: Candidate) -> ActivityLine {
        let event = NewActivity {
            client_id: "A".repeat(43).parse().unwrap(),
            at: Timestamp::from_millis(0),
            kind: ActivityKind::Authorization,
            succeeded: false,
            is_alarm: false,
            message: "redirect_uri was `https://app.example/<b>`".into(),
            redirect_uri: Some("https://app.example/<b>".into()),
            member: Some(MemberId(1)),
            address: Some("192.0.2.1".into()),
            request_id: Some("0123456789abcdef".into()),
        };
        ActivityLine {
            entry: ActivityEntry {
                id,
                event,
                times: 1,
                last_at: Timestamp::from_millis(0),
            },
            member: None,
            candidate,
        }
    }

    /// What is true of every plain page.
    pub(crate) fn assert_sound(html: &str) {
        assert_sound_with_scripts(html, 0);
    }

    /// The same for a page that loads so many scripts; none stands in the page itself.
    pub(crate) fn assert_sound_with_scripts(html: &str, scripts: usize) {
        assert_eq!(html.matches("<script defer src=").count(), scripts, "{html}");
        assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{html}");
        assert!(!html.contains("<!>"), "{html}");
        for (what, times) in [
            ("<h1", 1),
            ("<main", 1),
            ("<script", scripts),
            ("style=", 0),
            ("onclick", 0),
        ] {
            assert_eq!(html.matches(what).count(), times, "{what} in {html}");
        }
        // Bars of a chart have titles too.
        let head = html.split("</head>").next().unwrap_or_default();
        assert_eq!(head.matches("<title>").count(), 1, "{head}");
        for id in html
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert_eq!(
                html.matches(&format!(" id=\"{id}\"")).count(),
                1,
                "{id} is there twice"
            );
        }
        // What is set in this class is for machines, not for translators.
        for tag in html.split('<').filter(|tag| tag.contains(" class=\"")) {
            let (_, classes) = tag.split_once(" class=\"").unwrap_or_default();
            let is_mono = classes
                .split('"')
                .next()
                .is_some_and(|all| all.split(' ').any(|one| one == "mono"));
            assert!(!is_mono || tag.contains(" translate=\"no\""), "<{tag}");
        }
        for reference in ["for", "aria-describedby"] {
            for ids in html
                .split(&format!(" {reference}=\""))
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
            {
                for id in ids.split(' ') {
                    assert!(
                        html.contains(&format!(" id=\"{id}\"")),
                        "{reference} names {id}, which is not there"
                    );
                }
            }
        }
    }

    #[test]
    fn names_are_text_whatever_is_in_them() {
        let frame = Frame {
            network: "<b>River</b> & \"Club\"".into(),
            css: "\"><script>".into(),
            extras: vec![],
        };
        let html = frame.card("Title", view! { <h1>"Hello"</h1> });
        assert!(html.contains("&lt;b&gt;River&lt;/b&gt; &amp;"), "{html}");
        assert!(
            html.contains("<title>Title · &lt;b&gt;River&lt;/b&gt; &amp; \"Club\"</title>"),
            "{html}"
        );
        assert_sound(&html);
    }

    #[test]
    fn only_hosts_see_admin() {
        for is_host in [true, false] {
            let html = frame().with_topbar(
                "Home",
                visitor(is_host),
                Some(Place::Home),
                view! { <h1>"Hello"</h1> },
            );
            assert_eq!(html.contains("href=\"/admin\""), is_host);
            assert_sound(&html);
        }
    }
}
