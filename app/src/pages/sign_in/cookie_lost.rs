//! Shown after a sign-in whose cookie the browser did not keep.

use leptos::prelude::*;

use crate::components::frame::Frame;

/// Says that signing in worked, but that the browser did not keep the cookie, and why.
#[derive(Clone, Debug, Default)]
pub struct CookieLostPage {
    pub frame: Frame,
    /// The public URL of this site: `https://example.org`.
    pub address: String,
    /// The path and query of the sign-in page.
    pub sign_in: String,
}

impl CookieLostPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            address,
            sign_in,
        } = self;
        let again = format!("{address}{sign_in}");
        let address_again = address.clone();
        frame.card(
            "You are not signed in",
            view! {
                <h1 class="panel-title">"Your browser did not keep the sign-in cookie"</h1>
                <p class="panel-lead">
                    "Your email and password are correct, but without a cookie the browser cannot stay signed in. Possible reasons:"
                </p>
                <ul class="bullets">
                    <li>
                        "Cookies are blocked for this site. Allow them in the settings of your browser, or in the extension that blocks them."
                    </li>
                    <li>
                        "You opened this site at another address. Its address is "
                        <a href=address_again translate="no">
                            {address}
                        </a> "."
                    </li>
                    <li>
                        "The browser has no room for more cookies, or does not keep any in a private window. Delete some, or use another window."
                    </li>
                </ul>
                <p>
                    <a class="button button-primary" href=again>
                        "Try again"
                    </a>
                </p>
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame};

    #[test]
    fn says_what_happened_and_where_to_go() {
        let page = CookieLostPage {
            frame: frame(),
            address: "https://river.example".into(),
            sign_in: "/sign-in?return_to=%2Fadmin".into(),
        };
        let html = page.to_html();
        assert_sound(&html);
        assert!(
            html.contains("did not keep the sign-in cookie") && !html.contains("<form"),
            "{html}"
        );
        assert!(
            html.contains("href=\"https://river.example/sign-in?return_to=%2Fadmin\""),
            "{html}"
        );
    }
}
