//! `/account/profile`: the member's name, picture and email. `/account/email`: confirming a new one.

use latchkey_domain::LogoId;
use leptos::prelude::*;

use super::navigation::AccountPage;
use crate::components::form::Field;
use crate::components::frame::Frame;
use crate::components::navigation::Visitor;
use crate::components::notice::{error_notice, status_notice};
use crate::components::picture_form::{PictureKind, picture_form};

/// The address of the page that a mail leads to.
pub const CONFIRM_EMAIL: &str = "/account/email";

/// The member's name, picture and email.
#[derive(Clone, Debug)]
pub struct ProfilePage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The name, as typed.
    pub name: String,
    /// The email that the member signs in with.
    pub email: String,
    pub email_verified: bool,
    /// The name by which programs know the member.
    pub username: String,
    /// The picture that the member uploaded.
    pub picture: Option<LogoId>,
    /// The new email, as typed.
    pub new_email: String,
    /// Whether this server sends mail.
    pub has_mail: bool,
    /// What is wrong.
    pub problems: ProfileProblems,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
}

/// What is wrong with one of the forms, one sentence each.
#[derive(Clone, Debug, Default)]
pub struct ProfileProblems {
    /// With the form as a whole.
    pub form: Option<String>,
    pub name: Option<String>,
    pub picture: Option<String>,
    pub new_email: Option<String>,
    pub password: Option<String>,
}

impl ProfilePage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            name,
            email,
            email_verified,
            username,
            picture,
            new_email,
            has_mail,
            problems,
            notice,
        } = self;
        let picture = picture_form(
            PictureKind::Picture,
            &name,
            picture.as_ref(),
            "/account/picture".to_owned(),
            problems.picture,
        );
        let name = Field {
            name: "name",
            label: "Name",
            kind: "text",
            autocomplete: "name",
            hint: Some("Others see it.".into()),
            value: name,
            required: true,
            autofocus: problems.name.is_some(),
            error: problems.name,
        };
        let change = if has_mail {
            email_form(new_email, problems.new_email, problems.password).into_any()
        } else {
            view! {
                <p class="muted">
                    "To change it, ask a host: the person who runs the server can."
                </p>
            }
            .into_any()
        };
        AccountPage::Profile.to_html(
            "Profile",
            frame,
            visitor,
            view! {
                {notice.map(status_notice)}
                {problems.form.map(error_notice)}
                <form class="stack" method="post" action="/account/profile">
                    {name.into_view()}
                    <button class="button button-primary" type="submit">
                        "Save the name"
                    </button>
                </form>
                <section class="account-part">
                    <h2>"Picture"</h2>
                    {picture}
                </section>
                <section class="account-part">
                    <h2>"Other programs"</h2>
                    <p>
                        "Where you sign in with this network, programs that need a username know you as "
                        <strong translate="no">{username}</strong> ". It stays when your name changes."
                    </p>
                </section>
                <section class="account-part">
                    <h2>"Email"</h2>
                    <p>
                        "You sign in with " <strong translate="no">{email}</strong>
                        {if email_verified { ", which is verified." } else { "." }}
                    </p>
                    {change}
                </section>
            },
        )
    }
}

fn email_form(
    new_email: String,
    email_error: Option<String>,
    password_error: Option<String>,
) -> impl IntoView {
    let is_email_wrong = email_error.is_some();
    let fields = [
        Field {
            name: "new_email",
            label: "New email",
            kind: "email",
            autocomplete: "email",
            hint: Some("It gets a mail with a link. Until you follow that, nothing changes.".into()),
            value: new_email,
            required: true,
            error: email_error,
            autofocus: is_email_wrong,
        },
        Field {
            name: "password",
            label: "Password",
            kind: "password",
            autocomplete: "current-password",
            hint: None,
            value: String::new(),
            required: true,
            autofocus: password_error.is_some() && !is_email_wrong,
            error: password_error,
        },
    ];
    view! {
        <form class="stack" method="post" action=CONFIRM_EMAIL>
            {fields.map(Field::into_view).into_iter().collect_view()}
            <button class="button" type="submit">
                "Change the email"
            </button>
        </form>
    }
}

/// Asks who followed the link in a mail whether the address is theirs: a mail scanner follows links, and presses no button.
#[derive(Clone, Debug)]
pub struct ConfirmEmailPage {
    pub frame: Frame,
    pub name: String,
    pub new_email: String,
    /// What the link holds.
    pub token: String,
    /// What went wrong, as a sentence.
    pub error: Option<String>,
}

impl ConfirmEmailPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            name,
            new_email,
            token,
            error,
        } = self;
        frame.card(
            "Your new email",
            view! {
                <h1 class="panel-title">"Your new email"</h1>
                <p class="panel-lead">
                    <bdi>{name}</bdi> ", you sign in with " <strong translate="no">{new_email}</strong> " from now on."
                </p>
                {error.map(error_notice)}
                <form class="stack" method="post" action=format!("{CONFIRM_EMAIL}/confirm")>
                    <input type="hidden" name="token" value=token />
                    <button class="button button-primary" type="submit">
                        "Use this address"
                    </button>
                </form>
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

    fn page(has_mail: bool, problems: ProfileProblems) -> String {
        let html = ProfilePage {
            frame: frame(),
            visitor: visitor(false),
            name: "Ada <b>".into(),
            email: "ada@example.com".into(),
            email_verified: true,
            username: "ada-b".into(),
            picture: None,
            new_email: "\"ada@new.example".into(),
            has_mail,
            problems,
            notice: None,
        }
        .to_html();
        assert_sound(&html);
        html
    }

    #[test]
    fn the_email_changes_by_mail_or_not_at_all() {
        let html = page(true, ProfileProblems::default());
        assert!(html.contains("value=\"&quot;ada@new.example\"") && html.contains("which is verified."));
        let html = page(false, ProfileProblems::default());
        assert!(!html.contains("new_email") && html.contains("ask a host"));
    }

    #[test]
    fn one_field_has_the_focus() {
        let both = ProfileProblems {
            new_email: Some("Wrong.".into()),
            password: Some("Wrong.".into()),
            ..ProfileProblems::default()
        };
        assert_eq!(page(true, both).matches(" autofocus").count(), 1);
    }

    #[test]
    fn a_link_asks_first() {
        let html = ConfirmEmailPage {
            frame: frame(),
            name: "Ada".into(),
            new_email: "ada@new.example".into(),
            token: "t0ken".into(),
            error: None,
        }
        .to_html();
        assert_sound(&html);
        assert!(html.contains("value=\"t0ken\"") && html.contains("ada@new.example"));
    }
}
