//! The frame of a plain page: either the network's name above a card, or the bar at the top.

use latchkey_domain::WebLink;
use leptos::prelude::*;

use super::document::document;
use super::navigation::{AdminSection, Level, MainEntry, Visitor, admin_page, top_bar};

/// What every plain page needs to know about the instance.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The network's name.
    pub network: String,
    /// The URL of the style sheet; empty if there is none.
    pub css: String,
    /// The URLs of style sheets and scripts that only this page loads. Scripts run when the page is complete. The
    /// response's Content-Security-Policy has to allow them.
    pub extras: Vec<String>,
    /// The network's terms of use.
    pub terms: Option<WebLink>,
    /// The network's privacy policy.
    pub privacy_policy: Option<WebLink>,
}

impl Frame {
    /// A card under the network's name, for pages that do not need a sign-in.
    pub(crate) fn card(self, title: &str, content: impl IntoView) -> String {
        let network = self.network.clone();
        let links = links(&self);
        self.document(
            title,
            view! {
                <main class="panel-page">
                    <p class="panel-network">
                        <span class="brand-mark" aria-hidden="true"></span>
                        <span class="brand-name">{network}</span>
                    </p>
                    <div class="panel">{content}</div>
                    {links}
                </main>
            },
        )
    }

    /// A card under the bar at the top.
    pub(crate) fn with_top_bar(
        self,
        title: &str,
        visitor: Visitor,
        current: Option<MainEntry>,
        content: impl IntoView,
    ) -> String {
        let header = top_bar(self.network.clone(), visitor, current);
        self.document(
            title,
            view! {
                {header}
                <main class="panel-page" id="main" tabindex="-1">
                    <div class="panel panel-wide">{content}</div>
                </main>
            },
        )
    }

    /// The page of a section of the admin, or one below it.
    pub(crate) fn admin(
        self,
        title: &str,
        visitor: Visitor,
        section: AdminSection,
        level: Level,
        content: impl IntoView,
    ) -> String {
        let page = admin_page(self.network.clone(), visitor, section, level, content);
        self.document(title, page)
    }

    /// A page of the admin that uses the whole window, with only the bar at the top.
    pub(crate) fn admin_wide(self, title: &str, visitor: Visitor, content: impl IntoView) -> String {
        let header = top_bar(self.network.clone(), visitor, Some(MainEntry::Admin));
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
        let is_script = |address: &String| address.rsplit('.').next() == Some("js");
        let (scripts, mut styles): (Vec<_>, Vec<_>) = self.extras.into_iter().partition(is_script);
        if !self.css.is_empty() {
            styles.insert(0, self.css);
        }
        let scripts = scripts
            .into_iter()
            .map(|address| view! { <script defer src=address></script> })
            .collect_view();
        let html = document(title, scripts, styles, Some("plain"), body).to_html();
        // The renderer puts markers around text for hydration. Plain pages are not hydrated, and in a title the markers
        // would show as text. User input is escaped by now, so nothing else looks like a marker.
        html.replace("<!>", "")
    }
}

/// What the network asks people to read.
fn links(frame: &Frame) -> impl IntoView + use<> {
    let link = |link: &Option<WebLink>, label: &'static str| {
        link.as_ref().map(|link| {
            view! {
                <a href=link.to_string() target="_blank" rel="noopener">
                    {label}
                </a>
            }
        })
    };
    let (terms, policy) = (
        link(&frame.terms, "Terms"),
        link(&frame.privacy_policy, "Privacy policy"),
    );
    (terms.is_some() || policy.is_some()).then(|| view! { <p class="panel-links">{terms} " " {policy}</p> })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

    #[test]
    fn names_are_text_whatever_is_in_them() {
        let frame = Frame {
            network: "<b>River</b> & \"Club\"".into(),
            css: "\"><script>".into(),
            ..Frame::default()
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
            let html = frame().with_top_bar(
                "Home",
                visitor(is_host),
                Some(MainEntry::Home),
                view! { <h1>"Hello"</h1> },
            );
            assert_eq!(html.contains("href=\"/admin\""), is_host);
            assert_sound(&html);
        }
    }
}
