//! `/`, for who is signed in.

use leptos::prelude::*;

use super::layout::{Frame, Place, Visitor};

/// Where everything starts from.
#[derive(Clone, Debug)]
pub struct HomePage {
    /// What stands around it.
    pub frame: Frame,
    /// Who is signed in.
    pub visitor: Visitor,
}

impl HomePage {
    /// The document.
    pub fn to_html(self) -> String {
        let Self { frame, visitor } = self;
        let network = frame.network.clone();
        let name = visitor.name.clone();
        let admin = visitor.is_host.then(|| {
            view! {
                <li class="row-item">
                    <div>
                        <a href="/admin/settings/oauth-applications">"OAuth Applications"</a>
                        <p class="muted">"Register the applications that may use the network on a member’s behalf."</p>
                    </div>
                </li>
            }
        });
        frame.with_topbar(
            "Home",
            visitor,
            Some(Place::Home),
            view! {
                <h1 class="plain-title">{network}</h1>
                <p class="plain-lead">"Welcome, " {name} "."</p>
                <ul class="row-list">
                    {admin}
                    <li class="row-item">
                        <div>
                            <a href="/account/connected-apps">"Connected apps"</a>
                            <p class="muted">"See which applications may use your account, and take it back."</p>
                        </div>
                    </li>
                    <li class="row-item">
                        <div>
                            <a href="/account/sessions">"Your sessions"</a>
                            <p class="muted">"See where you are signed in, and sign out elsewhere."</p>
                        </div>
                    </li>
                </ul>
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::tests::{assert_sound, frame, visitor};
    use super::*;

    #[test]
    fn leads_hosts_to_the_applications() {
        for is_host in [true, false] {
            let html = HomePage {
                frame: frame(),
                visitor: visitor(is_host),
            }
            .to_html();
            assert_sound(&html);
            assert_eq!(html.contains("/admin/settings/oauth-applications"), is_host);
            assert!(html.contains("/account/sessions") && html.contains("/account/connected-apps"));
        }
    }
}
