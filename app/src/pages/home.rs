//! `/`, for signed-in members.

use leptos::prelude::*;

use crate::components::frame::Frame;
use crate::components::navigation::{MainEntry, Visitor};

/// The home page.
#[derive(Clone, Debug)]
pub struct HomePage {
    pub frame: Frame,
    pub visitor: Visitor,
}

impl HomePage {
    pub fn to_html(self) -> String {
        let Self { frame, visitor } = self;
        let network = frame.network.clone();
        let name = visitor.name.clone();
        let admin = visitor.is_host.then(|| {
            view! {
                <li class="row-item">
                    <div>
                        <a href="/admin/settings/oauth-applications">"OAuth Applications"</a>
                        <p class="muted">"Register applications that use the network on a member’s behalf."</p>
                    </div>
                </li>
            }
        });
        frame.with_top_bar(
            "Home",
            visitor,
            Some(MainEntry::Home),
            view! {
                <h1 class="panel-title">{network}</h1>
                <p class="panel-lead">"Welcome, " {name} "."</p>
                <ul class="row-list">
                    {admin}
                    <li class="row-item">
                        <div>
                            <a href="/account/connected-apps">"Connected apps"</a>
                            <p class="muted">"See which applications can use your account, and revoke access."</p>
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
    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

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
