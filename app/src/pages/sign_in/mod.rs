//! `/sign-in`.

pub(crate) mod again;
pub(crate) mod code;
pub(crate) mod cookie_lost;
pub(crate) mod forgot;
pub(crate) mod link;
pub(crate) mod provider;

use leptos::prelude::*;

use self::forgot::FORGOT;
use crate::components::form::{Field, insecure_notice, probed};
use crate::components::frame::Frame;
use crate::components::notice::error_notice;
use crate::components::passkey::{PasskeyForm, PasskeyOptions};
use crate::components::provider_button::{ProviderButton, provider_buttons};

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
    /// The providers that are on.
    pub providers: Vec<ProviderButton>,
    /// Whether email and password are on the page.
    pub form: SignInFormFor,
}

/// Whether email and password are on the sign-in page.
#[derive(Clone, Debug, Default)]
pub enum SignInFormFor {
    #[default]
    Everyone,
    /// `/sign-in/hosts`: the form is for hosts. What it sends has the field [`FOR_HOSTS`].
    Hosts,
    /// Members sign in only with providers. The address leads to the page for hosts.
    Nobody { hosts: String },
}

/// The field that the form of the page for hosts sends.
pub const FOR_HOSTS: &str = "for_hosts";

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
            providers,
            form,
        } = self;
        let (title, hosts) = match &form {
            SignInFormFor::Everyone => ("Sign in", None),
            SignInFormFor::Hosts => ("Sign in as a host", None),
            SignInFormFor::Nobody { hosts } => ("Sign in", Some(hosts.clone())),
        };
        let is_for_hosts = matches!(form, SignInFormFor::Hosts);
        let password_form = hosts
            .is_none()
            .then(|| password_form(email, &return_to, passkey, is_for_hosts));
        let or = (password_form.is_some() && !providers.is_empty()).then(|| view! { <p class="or">"or"</p> });
        let nothing = (hosts.is_some() && providers.is_empty()).then(|| {
            view! {
                <p class="panel-lead">
                    "Members sign in with a provider, and none is turned on at the moment. Ask a host of the network."
                </p>
            }
        });
        let buttons = (!providers.is_empty()).then(|| provider_buttons(providers));
        let hosts = hosts.map(|hosts| {
            view! {
                <p class="panel-more muted">
                    "Host? " <a href=hosts>"Sign in with your password"</a>
                </p>
            }
        });
        let lead = is_for_hosts.then(|| {
            view! {
                <p class="panel-lead">
                    "With your password or passkey, also when a sign-in provider does not work. Members who are not hosts cannot sign in here."
                </p>
            }
        });
        frame.card(
            title,
            view! {
                <h1 class="panel-title">{title}</h1>
                {application
                    .map(|name| {
                        view! {
                            <p class="panel-lead">
                                "to continue to " <strong>{name}</strong>
                            </p>
                        }
                    })}
                {lead}
                {secure_address.map(insecure_notice)}
                {error.map(error_notice)}
                {nothing}
                {buttons}
                {or}
                {password_form}
                {hosts}
            },
        )
    }
}

/// The form with email and password, and the one of a passkey.
fn password_form(
    email: String,
    return_to: &str,
    passkey: Option<PasskeyOptions>,
    is_for_hosts: bool,
) -> impl IntoView + use<> {
    let hidden = || {
        let for_hosts = is_for_hosts.then(|| view! { <input type="hidden" name=FOR_HOSTS value="1" /> });
        view! {
            <input type="hidden" name="return_to" value=return_to.to_owned() />
            {for_hosts}
            {probed()}
        }
    };
    let passkey_form = passkey.map(|options| PasskeyForm {
        kind: "get",
        options,
        autofill: true,
        action: "/sign-in/passkey".to_owned(),
        button: "Sign in with a passkey",
        fields: hidden().into_any(),
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
    view! {
        <form class="stack" method="post" action="/sign-in">
            {hidden()}
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
            return_to: "/admin?a=1&b=\"".into(),
            ..SignInPage::default()
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

    fn with_providers(form: SignInFormFor) -> String {
        let html = SignInPage {
            frame: frame(),
            providers: vec![ProviderButton {
                name: "Club <b>".into(),
                logo: None,
                href: "/sign-in/with/club?return_to=%2F&a=b".into(),
            }],
            form,
            ..SignInPage::default()
        }
        .to_html();
        assert_sound(&html);
        html
    }

    #[test]
    fn providers_are_beside_the_password() {
        let html = with_providers(SignInFormFor::Everyone);
        for text in [
            "Continue with <bdi>Club &lt;b&gt;</bdi>",
            "href=\"/sign-in/with/club?return_to=%2F&amp;a=b\"",
            ">or</p>",
            "name=\"password\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert!(!html.contains("for_hosts"), "{html}");
    }

    #[test]
    fn providers_are_instead_of_the_password_except_for_hosts() {
        let html = with_providers(SignInFormFor::Nobody {
            hosts: "/sign-in/hosts?return_to=%2Fadmin".into(),
        });
        assert!(
            html.contains("href=\"/sign-in/hosts?return_to=%2Fadmin\""),
            "{html}"
        );
        assert!(
            !html.contains("name=\"password\"") && !html.contains(">or</p>"),
            "{html}"
        );
        let html = SignInPage {
            frame: frame(),
            form: SignInFormFor::Nobody {
                hosts: "/sign-in/hosts".into(),
            },
            ..SignInPage::default()
        }
        .to_html();
        assert_sound(&html);
        assert!(html.contains("none is turned on"), "{html}");
        let html = SignInPage {
            frame: frame(),
            passkey: Some(PasskeyOptions::default()),
            form: SignInFormFor::Hosts,
            ..SignInPage::default()
        }
        .to_html();
        assert_sound(&html);
        assert_eq!(
            html.matches("name=\"for_hosts\" value=\"1\"").count(),
            2,
            "{html}"
        );
    }
}
