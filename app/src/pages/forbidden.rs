//! 403: the signed-in member may not see the page.

use leptos::prelude::*;

use crate::components::frame::Frame;
use crate::components::navigation::Visitor;

/// Only hosts can open Admin.
#[derive(Clone, Debug)]
pub struct ForbiddenPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The member's email.
    pub email: String,
    /// The requested page. Signing in as someone else leads back to it.
    pub return_to: String,
}

impl ForbiddenPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            email,
            return_to,
        } = self;
        let name = visitor.name.clone();
        frame.with_top_bar(
            "Only hosts can open Admin",
            visitor,
            None,
            view! {
                <h1 class="panel-title">"Only hosts can open Admin"</h1>
                <p class="panel-lead">
                    "You are signed in as " <strong>{name}</strong> " (" <span translate="no">{email}</span>
                    "), who is not a host of this network. Ask a host to make you one, or sign in as someone else."
                </p>
                <div class="stack">
                    <form method="post" action="/sign-out">
                        <input type="hidden" name="return_to" value=return_to />
                        <button class="button" type="submit">
                            "Sign in as someone else"
                        </button>
                    </form>
                    <p>
                        <a href="/">"Back to Home"</a>
                    </p>
                </div>
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

    #[test]
    fn says_who_is_signed_in() {
        let page = ForbiddenPage {
            frame: frame(),
            visitor: visitor(false),
            email: "ada@example.com".into(),
            return_to: "/admin/settings/oauth-applications".into(),
        };
        let html = page.to_html();
        assert_sound(&html);
        assert!(html.contains("ada@example.com") && html.contains("Only hosts can open Admin"));
        assert!(html.contains("value=\"/admin/settings/oauth-applications\""));
    }
}
