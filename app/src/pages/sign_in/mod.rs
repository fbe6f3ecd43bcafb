//! `/sign-in`.

pub(crate) mod again;
pub(crate) mod code;
pub(crate) mod cookie_lost;
pub(crate) mod forgot;
pub(crate) mod link;

use leptos::prelude::*;

use self::forgot::FORGOT;
use crate::components::form::{Field, insecure_notice, probed};
use crate::components::frame::Frame;
use crate::components::notice::error_notice;
use crate::components::passkey::{PasskeyForm, PasskeyOptions};

/// The form to sign in with.
#[derive(Clone, Debug, Default)]
pub struct SignInPage {
    pub frame: Frame,
    /// The name of the application that sent the person here, if one did.
    pub application: Option<String>,
    /// The email, as typed.
    pub email: String,
    /// What went wrong, as a sentence.
    pub error: Option<String>,
    /// The URL of the page over HTTPS, if it was opened without and the browser will not keep a cookie.
    pub secure_address: Option<String>,
    /// Where to go after signing in: a path on this site.
    pub return_to: String,
    /// For a sign-in with a passkey, if browsers have them at this address.
    pub passkey: Option<PasskeyOptions>,
}

impl SignInPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            application,
            email,
            error,
            secure_address,
            return_to,
            passkey,
        } = self;
        let passkey_form = passkey.map(|options| {
            let return_to = return_to.clone();
            PasskeyForm {
                kind: "get",
                options,
                autofill: true,
                action: "/sign-in/passkey".to_owned(),
                button: "Sign in with a passkey",
                fields: view! {
                    <input type="hidden" name="return_to" value=return_to />
                    {probed()}
                }
                .into_any(),
            }
        });
        let autocomplete = if passkey_form.is_some() {
            "username webauthn"
        } else {
            "username"
        };
        let has_email = !email.is_empty();
        let email = Field {
            name: "email",
            label: "Email",
            kind: "email",
            autocomplete,
            hint: None,
            value: email,
            required: true,
            error: None,
            autofocus: !has_email,
        };
        let password = Field {
            name: "password",
            label: "Password",
            kind: "password",
            autocomplete: "current-password",
            hint: None,
            value: String::new(),
            required: true,
            error: None,
            autofocus: has_email,
        };
        frame.card(
            "Sign in",
            view! {
                <h1 class="panel-title">"Sign in"</h1>
                {application
                    .map(|name| {
                        view! {
                            <p class="panel-lead">
                                "to continue to " <strong>{name}</strong>
                            </p>
                        }
                    })}
                {secure_address.map(insecure_notice)}
                {error.map(error_notice)}
                <form class="stack" method="post" action="/sign-in">
                    <input type="hidden" name="return_to" value=return_to />
                    {probed()}
                    {email.into_view()}
                    {password.into_view()}
                    <button class="button button-primary" type="submit">
                        "Sign in"
                    </button>
                </form>
                {passkey_form.map(PasskeyForm::into_view)}
                <p class="panel-more">
                    <a href=FORGOT>"Forgot your password?"</a>
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
    fn password_managers_know_the_fields() {
        let html = SignInPage {
            frame: frame(),
            ..SignInPage::default()
        }
        .to_html();
        assert_sound(&html);
        assert!(
            html.contains("autocomplete=\"username\"") && html.contains("autocomplete=\"current-password\"")
        );
        assert!(!html.contains("notice-error"));
    }

    /// An input of type `email` changes or refuses non-ASCII addresses.
    #[test]
    fn an_email_of_any_letters_can_be_typed() {
        let html = SignInPage {
            frame: frame(),
            ..SignInPage::default()
        }
        .to_html();
        let (_, input) = html.split_once("id=\"email\"").unwrap();
        let (input, _) = input.split_once('>').unwrap();
        for attribute in [
            "type=\"text\"",
            "inputmode=\"email\"",
            "autocomplete=\"username\"",
            "autocapitalize=\"none\"",
            "spellcheck=\"false\"",
        ] {
            assert!(input.contains(attribute), "{attribute}: {input}");
        }
        assert!(!html.contains("type=\"email\""));
    }

    #[test]
    fn keeps_what_was_typed_and_says_what_went_wrong() {
        let page = SignInPage {
            frame: frame(),
            application: Some("Mobile <b>App".into()),
            email: "\"><b>ada@example.com".into(),
            error: Some("The email or the password is wrong.".into()),
            secure_address: None,
            return_to: "/admin?a=1&b=\"".into(),
            passkey: None,
        };
        let html = page.to_html();
        assert_sound(&html);
        assert!(
            html.contains("role=\"alert\"") && html.contains(">The email or the password is wrong.<"),
            "{html}"
        );
        assert!(
            html.contains("ada@example.com") && html.contains("Mobile &lt;b&gt;App") && !html.contains("<b>"),
            "{html}"
        );
    }

    #[test]
    fn says_beforehand_that_the_browser_will_keep_no_cookie() {
        let page = SignInPage {
            frame: frame(),
            secure_address: Some("https://river.example/sign-in?return_to=%2Fadmin".into()),
            ..SignInPage::default()
        };
        let html = page.to_html();
        assert_sound(&html);
        assert!(
            html.contains("href=\"https://river.example/sign-in?return_to=%2Fadmin\"")
                && html.contains(">https://river.example/sign-in<"),
            "{html}"
        );
    }
}
