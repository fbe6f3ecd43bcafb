//! `/sign-in/forgot`: a way in for who forgot the password.

use leptos::prelude::*;

use crate::components::form::Field;
use crate::components::frame::Frame;
use crate::components::notice::error_notice;

/// The address of the page.
pub(super) const FORGOT: &str = "/sign-in/forgot";

/// What to do without the password.
#[derive(Clone, Debug, Default)]
pub struct ForgotPage {
    pub frame: Frame,
    /// Whether this server sends mail.
    pub has_mail: bool,
    /// Whether the form was sent. What is said then is the same for every email.
    pub is_sent: bool,
    /// The email, as typed.
    pub email: String,
    /// What is wrong with it, as a sentence.
    pub email_error: Option<String>,
    /// What went wrong, as a sentence.
    pub error: Option<String>,
}

impl ForgotPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            has_mail,
            is_sent,
            email,
            email_error,
            error,
        } = self;
        let network = frame.network.clone();
        let content = match (has_mail, is_sent) {
            (false, _) => view! {
                <p class="panel-lead">
                    "Ask a host of " {network} ". They make a link for you in Admin > Members, with which you choose a new password."
                </p>
            }
            .into_any(),
            (true, true) => view! {
                <p class="panel-lead" role="status">
                    "If " <strong translate="no">{email}</strong> " belongs to a member, a mail with a link is on its way. The link works for an hour."
                </p>
                <p class="muted">
                    "Nothing there after a few minutes? Look among unwanted mail, or ask a host for a link."
                </p>
            }
            .into_any(),
            (true, false) => {
                let field = Field {
                    name: "email",
                    label: "Email",
                    kind: "email",
                    autocomplete: "username",
                    hint: None,
                    value: email,
                    required: true,
                    error: email_error,
                    autofocus: true,
                };
                view! {
                    <p class="panel-lead">"You get a mail with a link, with which you choose a new one."</p>
                    {error.map(error_notice)}
                    <form class="stack" method="post" action=FORGOT>
                        {field.into_view()}
                        <button class="button button-primary" type="submit">
                            "Send the mail"
                        </button>
                    </form>
                }
                .into_any()
            }
        };
        frame.card(
            "Forgot your password?",
            view! {
                <h1 class="panel-title">"Forgot your password?"</h1>
                {content}
                <p class="panel-more">
                    <a href="/sign-in">"Back to sign-in"</a>
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
    fn without_mail_hosts_help_and_with_it_there_is_a_form() {
        let page = |has_mail, is_sent| {
            let html = ForgotPage {
                frame: frame(),
                has_mail,
                is_sent,
                email: "\"<b>ada@example.com".into(),
                ..ForgotPage::default()
            }
            .to_html();
            assert_sound(&html);
            html
        };
        assert!(page(false, false).contains("Ask a host") && !page(false, false).contains("<form"));
        assert!(page(true, false).contains("action=\"/sign-in/forgot\""));
        let sent = page(true, true);
        assert!(
            sent.contains("&lt;b&gt;ada@example.com") && !sent.contains("<form"),
            "{sent}"
        );
    }
}
