//! `/account/password`: a new password.

use leptos::prelude::*;

use super::navigation::AccountPage;
use crate::components::form::{Field, Toggle};
use crate::components::frame::Frame;
use crate::components::navigation::Visitor;
use crate::components::notice::{error_notice, status_notice};

/// The form that changes the member's password.
#[derive(Clone, Debug)]
pub struct PasswordPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The member's email, for password managers.
    pub email: String,
    /// Whether connected applications stay.
    pub keep_apps: bool,
    /// What is wrong.
    pub problems: PasswordProblems,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
}

/// What is wrong with the form, one sentence each.
#[derive(Clone, Debug, Default)]
pub struct PasswordProblems {
    /// With the form as a whole.
    pub form: Option<String>,
    /// With the current password.
    pub current: Option<String>,
    /// With the new one.
    pub new: Option<String>,
}

impl PasswordPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            email,
            keep_apps,
            problems,
            notice,
        } = self;
        let is_new_wrong = problems.new.is_some() && problems.current.is_none();
        let fields = [
            Field {
                name: "current",
                label: "Current password",
                kind: "password",
                autocomplete: "current-password",
                hint: None,
                value: String::new(),
                required: true,
                autofocus: problems.current.is_some(),
                error: problems.current,
            },
            Field::new_password("new", "New password", problems.new, is_new_wrong),
        ];
        let keep = Toggle::checkbox(
            "keep_apps",
            "Keep my connected apps",
            "Only if nobody else knew the old password.",
            keep_apps,
        );
        AccountPage::Password.to_html(
            "Password",
            frame,
            visitor,
            view! {
                <p class="panel-lead">
                    "A new password signs you out on all other browsers. Connected applications have to ask you again, unless you keep them."
                </p>
                {notice.map(status_notice)}
                {problems.form.map(error_notice)}
                <form class="stack" method="post" action="/account/password">
                    // Password managers store the new password for this account.
                    <input type="hidden" name="username" autocomplete="username" value=email />
                    {fields.map(Field::into_view).into_iter().collect_view()}
                    {keep.into_view()}
                    <button class="button button-primary" type="submit">
                        "Change password"
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

    fn page(problems: PasswordProblems) -> String {
        PasswordPage {
            frame: frame(),
            visitor: visitor(false),
            email: "ada@example.com".into(),
            keep_apps: false,
            problems,
            notice: None,
        }
        .to_html()
    }

    #[test]
    fn password_managers_know_the_fields() {
        let html = page(PasswordProblems::default());
        assert_sound(&html);
        for field in ["username", "current-password", "new-password"] {
            assert_eq!(
                html.matches(&format!("autocomplete=\"{field}\"")).count(),
                1,
                "{field}"
            );
        }
        assert!(!html.contains("autofocus") && html.contains("aria-current=\"page\""));
    }

    #[test]
    fn the_wrong_field_has_its_error_and_the_focus() {
        let html = page(PasswordProblems {
            current: Some("That is not your current password.".into()),
            new: Some("Too short.".into()),
            form: None,
        });
        assert_sound(&html);
        assert_eq!(html.matches(" autofocus").count(), 1);
        assert_eq!(html.matches("aria-invalid=\"true\"").count(), 2);
    }
}
