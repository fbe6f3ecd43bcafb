//! `/sign-in/code`: the second factor of a sign-in. `/sign-in/second-factor`: setting one up before it goes on.

use leptos::prelude::*;

use crate::components::authenticator::{enrolment, recovery_codes};
use crate::components::form::{Field, probed};
use crate::components::frame::Frame;
use crate::components::notice::error_notice;

/// What a half of a sign-in brings along.
#[derive(Clone, Debug, Default)]
pub struct HalfOfSignIn {
    /// What says that the password was right.
    pub half_way: String,
    /// Where to go after signing in: a path on this site.
    pub return_to: String,
    /// The name of the application that sent the person here, if one did.
    pub application: Option<String>,
}

impl HalfOfSignIn {
    fn lead(&self) -> Option<impl IntoView + use<>> {
        self.application.clone().map(|name| {
            view! {
                <p class="panel-lead">
                    "to continue to " <strong>{name}</strong>
                </p>
            }
        })
    }

    fn into_fields(self) -> impl IntoView {
        view! {
            <input type="hidden" name="half_way" value=self.half_way />
            <input type="hidden" name="return_to" value=self.return_to />
            {probed()}
        }
    }
}

/// The form for a code.
#[derive(Clone, Debug, Default)]
pub struct SignInCodePage {
    pub frame: Frame,
    pub half: HalfOfSignIn,
    /// What is wrong with the code, as a sentence.
    pub code_error: Option<String>,
    /// What went wrong, as a sentence.
    pub error: Option<String>,
}

impl SignInCodePage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            half,
            code_error,
            error,
        } = self;
        frame.card(
            "Your code",
            view! {
                <h1 class="panel-title">"Your code"</h1>
                {half.lead()}
                <p class="panel-lead">"The password is right. Open your authenticator app, and enter the code that it shows for this network."</p>
                {error.map(error_notice)}
                <form class="stack" method="post" action="/sign-in/code">
                    {half.into_fields()}
                    {code_field(code_error).into_view()}
                    <button class="button button-primary" type="submit">
                        "Sign in"
                    </button>
                </form>
                <p class="panel-more muted">
                    "No phone? Enter one of your recovery codes instead. If they are gone, too, a host can reset your second factor."
                </p>
            },
        )
    }
}

/// The field for a code. Phones offer the one that their app shows.
pub(crate) fn code_field(error: Option<String>) -> Field {
    Field {
        name: "code",
        label: "Code",
        kind: "code",
        autocomplete: "one-time-code",
        hint: None,
        value: String::new(),
        required: true,
        error,
        autofocus: true,
    }
}

/// Sets up the second factor that a host needs, before the sign-in goes on.
#[derive(Clone, Debug, Default)]
pub struct SignInSetUpPage {
    pub frame: Frame,
    pub half: HalfOfSignIn,
    /// The secret for the app, and the address for its camera.
    pub secret: String,
    pub address: String,
    pub code_error: Option<String>,
    pub error: Option<String>,
}

impl SignInSetUpPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            half,
            secret,
            address,
            code_error,
            error,
        } = self;
        frame.card(
            "Set up a second factor",
            view! {
                <h1 class="panel-title">"Set up a second factor"</h1>
                {half.lead()}
                <p class="panel-lead">
                    "Hosts of this network sign in with a code of an authenticator app besides the password."
                </p>
                {error.map(error_notice)}
                {enrolment(&secret, &address)}
                <form class="stack" method="post" action="/sign-in/second-factor">
                    {half.into_fields()}
                    {code_field(code_error).into_view()}
                    <button class="button button-primary" type="submit">
                        "Go on"
                    </button>
                </form>
            },
        )
    }
}

/// The recovery codes, before the sign-in is over. They are shown this once.
#[derive(Clone, Debug)]
pub struct SignInRecoveryPage {
    pub frame: Frame,
    pub codes: Vec<String>,
    /// Where to go on.
    pub onward: String,
}

impl SignInRecoveryPage {
    pub fn to_html(self) -> String {
        let Self { frame, codes, onward } = self;
        frame.card(
            "Your recovery codes",
            view! {
                <h1 class="panel-title">"Your recovery codes"</h1>
                {recovery_codes(codes)}
                <p>
                    <a class="button button-primary" href=onward>
                        "I have kept them"
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

    fn half() -> HalfOfSignIn {
        HalfOfSignIn {
            half_way: "abc".into(),
            return_to: "/admin?a=\"".into(),
            application: Some("Mobile <b>App".into()),
        }
    }

    #[test]
    fn a_phone_offers_its_code() {
        let html = SignInCodePage {
            frame: frame(),
            half: half(),
            code_error: Some("Wrong.".into()),
            error: None,
        }
        .to_html();
        assert_sound(&html);
        for text in [
            "autocomplete=\"one-time-code\"",
            "value=\"abc\"",
            "aria-invalid=\"true\"",
            "/admin?a=&quot;",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }

    #[test]
    fn the_secret_is_there_to_scan_and_to_type() {
        let html = SignInSetUpPage {
            frame: frame(),
            half: half(),
            secret: "ABCDEFGHIJKLMNOP".into(),
            address: "otpauth://totp/Club:ada?secret=ABCDEFGHIJKLMNOP".into(),
            ..SignInSetUpPage::default()
        }
        .to_html();
        assert_sound(&html);
        assert!(
            html.contains("<svg") && html.contains("ABCD EFGH IJKL MNOP"),
            "{html}"
        );
        let html = SignInRecoveryPage {
            frame: frame(),
            codes: vec!["abcde-fghjk".into()],
            onward: "/?a=\"".into(),
        }
        .to_html();
        assert_sound(&html);
        assert!(html.contains("abcde-fghjk"));
    }
}
