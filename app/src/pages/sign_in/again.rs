//! Asks for the password before something dangerous, if the member signed in a while ago.

use leptos::prelude::*;

use crate::components::form::Field;
use crate::components::frame::Frame;
use crate::components::navigation::Visitor;
use crate::components::notice::error_notice;
use crate::components::passkey::{PasskeyForm, PasskeyOptions};
use crate::components::provider_button::{ProviderButton, provider_buttons};

/// The field with the password. No form of a page has one of that name.
pub const PASSWORD_AGAIN: &str = "password_again";

/// What was about to be done, kept until the password was given.
#[derive(Clone, Debug)]
pub struct AskAgainPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The member's email, for password managers.
    pub email: String,
    /// The address of the form that was sent.
    pub action: String,
    /// Its fields.
    pub fields: Vec<(String, String)>,
    /// Whether the member has a password.
    pub password_is_set: bool,
    /// The linked providers, for a member without another way.
    pub providers: Vec<ProviderButton>,
    /// For an answer with a passkey, if the member has one.
    pub passkey: Option<PasskeyOptions>,
    /// What is wrong with the password, as a sentence.
    pub password_error: Option<String>,
    /// What went wrong, as a sentence.
    pub error: Option<String>,
}

impl AskAgainPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            email,
            action,
            fields,
            password_is_set,
            providers,
            passkey,
            password_error,
            error,
        } = self;
        let kept = |fields: Vec<(String, String)>| {
            fields
                .into_iter()
                .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
                .collect_view()
        };
        let passkey = passkey.map(|options| {
            PasskeyForm {
                kind: "get",
                options,
                autofill: false,
                action: action.clone(),
                button: "Use a passkey",
                fields: kept(fields.clone()).into_any(),
            }
            .into_view()
        });
        let form = password_is_set.then(|| {
            let password = Field {
                name: PASSWORD_AGAIN,
                label: "Password",
                kind: "password",
                autocomplete: "current-password",
                hint: None,
                value: String::new(),
                required: true,
                error: password_error,
                autofocus: true,
            };
            view! {
                <form class="stack" method="post" action=action.clone()>
                    {kept(fields.clone())}
                    // Password managers fill in the password of this account.
                    <input type="hidden" name="username" autocomplete="username" value=email />
                    {password.into_view()}
                    <button class="button button-primary" type="submit">
                        "Go on"
                    </button>
                </form>
            }
        });
        let (title, lead) = if password_is_set {
            (
                "Your password again",
                "You signed in more than 15 minutes ago, and this needs your password: somebody else could be at your screen. What you chose is kept.",
            )
        } else {
            (
                "Sign in again",
                "You signed in more than 15 minutes ago, and this needs you to sign in again: somebody else could be at your screen.",
            )
        };
        let buttons = (!providers.is_empty()).then(|| {
            view! {
                <div class="again-providers">
                    {provider_buttons(providers)}
                    <p class="muted">"Afterwards you are back here: what you were about to do is not kept, so do it once more."</p>
                </div>
            }
        });
        frame.with_top_bar(
            title,
            visitor,
            None,
            view! {
                <h1 class="panel-title">{title}</h1>
                <p class="panel-lead">{lead}</p>
                {error.map(error_notice)}
                {form}
                {passkey}
                {buttons}
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

    #[test]
    fn what_was_sent_is_kept_as_text() {
        let html = AskAgainPage {
            frame: frame(),
            visitor: visitor(true),
            email: "ada@example.com".into(),
            action: "/admin/members/7/role?a=\"b".into(),
            fields: vec![
                ("role".into(), "\"><b>host".into()),
                ("role".into(), "member".into()),
            ],
            password_is_set: true,
            providers: Vec::new(),
            passkey: None,
            password_error: None,
            error: None,
        }
        .to_html();
        assert_sound(&html);
        assert!(!html.contains("<b>") && html.matches("name=\"role\"").count() == 2);
    }

    #[test]
    fn without_a_password_a_provider_answers() {
        let html = AskAgainPage {
            frame: frame(),
            visitor: visitor(false),
            email: "ada@example.com".into(),
            action: "/account/profile".into(),
            fields: Vec::new(),
            password_is_set: false,
            providers: vec![ProviderButton {
                name: "Club".into(),
                logo: None,
                href: "/sign-in/with/club?again=1".into(),
            }],
            passkey: None,
            password_error: None,
            error: None,
        }
        .to_html();
        assert_sound(&html);
        assert!(
            html.contains("href=\"/sign-in/with/club?again=1\"") && html.contains("do it once more"),
            "{html}"
        );
        assert!(
            !html.contains("<form class=\"stack\"") && !html.contains(PASSWORD_AGAIN),
            "{html}"
        );
    }
}
