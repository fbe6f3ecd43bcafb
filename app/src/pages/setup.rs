//! `/setup`: the first run.

use leptos::prelude::*;

use crate::components::form::{Field, insecure_notice, probed};
use crate::components::frame::Frame;
use crate::components::notice::error_notice;

/// The form that creates the network.
#[derive(Clone, Debug, Default)]
pub struct SetupPage {
    pub frame: Frame,
    /// The setup token.
    pub token: String,
    /// The network's name, as typed.
    pub network_name: String,
    /// The host's name, as typed.
    pub host_name: String,
    /// The host's email, as typed.
    pub email: String,
    /// What is wrong.
    pub problems: SetupProblems,
    /// The URL of the page over HTTPS, if it was opened without and the browser will not keep a cookie.
    pub secure_address: Option<String>,
}

/// What is wrong with the form, one sentence each.
#[derive(Clone, Debug, Default)]
pub struct SetupProblems {
    /// With the form as a whole.
    pub form: Option<String>,
    /// With the network's name.
    pub network_name: Option<String>,
    /// With the host's name.
    pub host_name: Option<String>,
    /// With the email.
    pub email: Option<String>,
    /// With the password.
    pub password: Option<String>,
}

impl SetupPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            token,
            network_name,
            host_name,
            email,
            problems,
            secure_address,
        } = self;
        // The first wrong field has the focus, or the first field if none is wrong.
        let wrong = [
            &problems.network_name,
            &problems.host_name,
            &problems.email,
            &problems.password,
        ];
        let focus = wrong.iter().position(|problem| problem.is_some()).unwrap_or(0);
        let fields = [
            Field {
                name: "network_name",
                label: "Network name",
                kind: "text",
                autocomplete: "off",
                hint: Some("Members see it on every page. You can change it in Settings > Network.".into()),
                value: network_name,
                required: true,
                error: problems.network_name,
                autofocus: focus == 0,
            },
            Field {
                name: "host_name",
                label: "Your name",
                kind: "text",
                autocomplete: "name",
                hint: None,
                value: host_name,
                required: true,
                error: problems.host_name,
                autofocus: focus == 1,
            },
            Field {
                name: "email",
                label: "Your email",
                kind: "email",
                autocomplete: "username",
                hint: Some("You sign in with it.".into()),
                value: email,
                required: true,
                error: problems.email,
                autofocus: focus == 2,
            },
            Field::new_password("password", "Password", problems.password, focus == 3),
        ];
        frame.card(
            "Set up your network",
            view! {
                <h1 class="panel-title">"Set up your network"</h1>
                <p class="panel-lead">"Give your network a name and become its first host. Hosts can do everything in Admin."</p>
                {secure_address.map(insecure_notice)}
                {problems.form.map(error_notice)}
                <form class="stack" method="post" action="/setup">
                    <input type="hidden" name="token" value=token />
                    {probed()}
                    {fields.map(Field::into_view).into_iter().collect_view()}
                    <button class="button button-primary" type="submit">
                        "Create network"
                    </button>
                </form>
            },
        )
    }
}

/// Shown instead of the form if the token is missing or wrong.
#[derive(Clone, Debug, Default)]
pub struct SetupRefusedPage {
    pub frame: Frame,
    /// Whether a wrong token was given.
    pub had_token: bool,
}

impl SetupRefusedPage {
    pub fn to_html(self) -> String {
        let lead = if self.had_token {
            "The token in this link is wrong. Copy the whole link, including its last character."
        } else {
            "This network has no host yet. To become its first host, open the link that contains the token."
        };
        self.frame.card(
            "Set up your network",
            view! {
                <h1 class="panel-title">"Open the setup link"</h1>
                <p class="panel-lead">{lead}</p>
                <p class="muted">
                    "The server prints the link when it starts. Look in the terminal, or in the log of the service, for an address that ends in " <span class="mono" translate="no">"/setup?token=…"</span>
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
    fn errors_stand_beside_their_fields_and_the_first_has_the_focus() {
        let page = SetupPage {
            frame: frame(),
            token: "t0ken".into(),
            network_name: "River Club".into(),
            problems: SetupProblems {
                email: Some("That is not an email address.".into()),
                password: Some("Too short.".into()),
                ..SetupProblems::default()
            },
            ..SetupPage::default()
        };
        let html = page.to_html();
        assert_sound(&html);
        assert!(html.contains("value=\"River Club\"") && html.contains("value=\"t0ken\""));
        assert!(
            html.contains("aria-describedby=\"email-hint email-error\""),
            "{html}"
        );
        assert_eq!(html.matches("aria-invalid=\"true\"").count(), 2);
        assert_eq!(html.matches(" autofocus").count(), 1);
        assert!(html.contains("autocomplete=\"new-password\""));
    }

    #[test]
    fn without_the_token_it_says_where_the_link_is() {
        for had_token in [true, false] {
            let html = SetupRefusedPage {
                frame: frame(),
                had_token,
            }
            .to_html();
            assert_sound(&html);
            assert!(html.contains("/setup?token=") && !html.contains("<form"));
        }
    }
}
