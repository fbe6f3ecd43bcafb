//! `/sign-in/link`: a member with a link chooses a password.

use leptos::prelude::*;

use crate::components::form::{Field, insecure_notice, probed};
use crate::components::frame::Frame;
use crate::components::passkey::{PasskeyForm, PasskeyOptions};

/// The address of the page.
pub const SIGN_IN_LINK: &str = "/sign-in/link";

/// The form to choose a password with.
#[derive(Clone, Debug, Default)]
pub struct SignInLinkPage {
    pub frame: Frame,
    pub name: String,
    pub email: String,
    /// What the link holds.
    pub token: String,
    /// What is wrong with the password, as a sentence.
    pub error: Option<String>,
    /// The URL of the page over HTTPS, if it was opened without and the browser will not keep a cookie.
    pub secure_address: Option<String>,
    /// For a passkey in place of a password, if browsers have them at this address.
    pub passkey: Option<PasskeyOptions>,
    /// A name for it: the browser's.
    pub passkey_name: String,
}

impl SignInLinkPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            name,
            email,
            token,
            error,
            secure_address,
            passkey,
            passkey_name,
        } = self;
        let passkey = passkey.map(|options| {
            let token = token.clone();
            PasskeyForm {
                kind: "create",
                options,
                autofill: false,
                action: format!("{SIGN_IN_LINK}/passkey"),
                button: "Use a passkey instead",
                fields: view! {
                    <input type="hidden" name="token" value=token />
                    <input type="hidden" name="name" value=passkey_name />
                    {probed()}
                }
                .into_any(),
            }
            .into_view()
        });
        let network = frame.network.clone();
        let password = Field::new_password("password", "Choose a password", error, true);
        frame.card(
            "Choose a password",
            view! {
                <h1 class="panel-title">"Welcome, " <bdi>{name}</bdi></h1>
                <p class="panel-lead">
                    "Choose a password for " {network} ". You sign in with it and your email, "
                    <strong translate="no">{email.clone()}</strong> "."
                </p>
                {secure_address.map(insecure_notice)}
                <form class="stack" method="post" action=SIGN_IN_LINK>
                    <input type="hidden" name="token" value=token />
                    // Password managers store the password for this account.
                    <input type="hidden" name="username" autocomplete="username" value=email />
                    {probed()}
                    {password.into_view()}
                    <button class="button button-primary" type="submit">
                        "Sign in"
                    </button>
                </form>
                {passkey}
            },
        )
    }
}

/// Shown instead of the form if the link does not work.
#[derive(Clone, Debug, Default)]
pub struct LinkOverPage {
    pub frame: Frame,
}

impl LinkOverPage {
    pub fn to_html(self) -> String {
        self.frame.card(
            "This link does not work",
            view! {
                <h1 class="panel-title">"This link does not work any more"</h1>
                <p class="panel-lead">
                    "A link works once, for some time, and ends when a newer one is made. If you have a password, sign in with it. If not, ask a host of the network for a new link."
                </p>
                <p>
                    <a class="button button-primary" href="/sign-in">
                        "Sign in"
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
    fn says_who_chooses_and_what_is_wrong() {
        let html = SignInLinkPage {
            frame: frame(),
            name: "Ada <b>".into(),
            email: "ada@example.com".into(),
            token: "t0ken".into(),
            error: Some("Too short.".into()),
            secure_address: None,
            passkey: None,
            passkey_name: String::new(),
        }
        .to_html();
        assert_sound(&html);
        for text in [
            "Ada &lt;b&gt;",
            "value=\"t0ken\"",
            "autocomplete=\"new-password\"",
            "autocomplete=\"username\"",
            "Too short.",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }

    #[test]
    fn a_link_that_is_over_leads_on() {
        let html = LinkOverPage { frame: frame() }.to_html();
        assert_sound(&html);
        assert!(html.contains("href=\"/sign-in\"") && html.contains("ask a host"));
    }
}
