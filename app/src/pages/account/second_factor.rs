//! `/account/second-factor`: an authenticator app, and recovery codes.

use leptos::prelude::*;

use super::navigation::AccountPage;
use crate::components::ask::Ask;
use crate::components::authenticator::{enrolment, recovery_codes};
use crate::components::frame::Frame;
use crate::components::navigation::Visitor;
use crate::components::notice::{error_notice, status_notice};
use crate::pages::sign_in::code::code_field;

/// The address of the page.
const PATH: &str = "/account/second-factor";

/// Where the member stands.
#[derive(Clone, Debug)]
pub enum SecondFactorState {
    /// There is none.
    Off,
    /// A secret waits for its first code: the secret, the address for a camera, and what is wrong with the code.
    SettingUp {
        secret: String,
        address: String,
        code_error: Option<String>,
    },
    /// It is in use, and so many recovery codes are left.
    On { codes_left: u64 },
    /// New recovery codes, shown this once.
    Codes(Vec<String>),
}

/// The second factor of a member.
#[derive(Clone, Debug)]
pub struct SecondFactorPage {
    pub frame: Frame,
    pub visitor: Visitor,
    pub state: SecondFactorState,
    /// Whether the member has to have one.
    pub is_needed: bool,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
    /// Why nothing was done, as a sentence.
    pub error: Option<String>,
}

impl SecondFactorPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            state,
            is_needed,
            notice,
            error,
        } = self;
        let content = match state {
            SecondFactorState::Off => off(is_needed).into_any(),
            SecondFactorState::SettingUp {
                secret,
                address,
                code_error,
            } => view! {
                {enrolment(&secret, &address)}
                <form class="stack" method="post" action=format!("{PATH}/confirm")>
                    {code_field(code_error).into_view()}
                    <button class="button button-primary" type="submit">
                        "Use this app"
                    </button>
                </form>
            }
            .into_any(),
            SecondFactorState::On { codes_left } => on(codes_left, is_needed).into_any(),
            SecondFactorState::Codes(codes) => view! {
                {recovery_codes(codes)}
                <p>
                    <a class="button button-primary" href=PATH>
                        "I have kept them"
                    </a>
                </p>
            }
            .into_any(),
        };
        AccountPage::SecondFactor.to_html(
            "Second factor",
            frame,
            visitor,
            view! {
                {notice.map(status_notice)}
                {error.map(error_notice)}
                {content}
            },
        )
    }
}

fn off(is_needed: bool) -> impl IntoView {
    let needed = is_needed.then(
        || view! { <p>"Hosts of this network need one. Without it, your next sign-in begins with it."</p> },
    );
    view! {
        <p class="panel-lead">
            "With an authenticator app, a sign-in needs a code from your phone besides the password. Who learns your password alone cannot get in."
        </p>
        {needed}
        <form class="stack" method="post" action=format!("{PATH}/begin")>
            <button class="button button-primary" type="submit">
                "Set up an authenticator app"
            </button>
        </form>
    }
}

fn on(codes_left: u64, is_needed: bool) -> impl IntoView {
    let left = match codes_left {
        0 => "No recovery code is left. Make new ones, or you are locked out when the phone is gone."
            .to_owned(),
        1 => "1 recovery code is left.".to_owned(),
        many => format!("{many} recovery codes are left."),
    };
    let codes = Ask {
        button: "New recovery codes",
        label: None,
        effect: view! { <p class="muted">"The codes that you have stop working."</p> }.into_any(),
        action: format!("{PATH}/codes"),
        confirm: "Make new codes",
        is_danger: false,
    };
    let remove = if is_needed {
        view! { <p class="muted">"Hosts of this network need it. For another phone, ask another host to reset it."</p> }.into_any()
    } else {
        Ask {
            button: "Remove",
            label: None,
            effect: view! { <p class="muted">"From then on, the password alone is enough to sign in. For another phone, remove this one and set it up again."</p> }
                .into_any(),
            action: format!("{PATH}/remove"),
            confirm: "Remove the app",
            is_danger: true,
        }
        .into_view()
        .into_any()
    };
    view! {
        <p class="panel-lead">"An authenticator app is in use. A sign-in needs its code besides the password."</p>
        <p>{left}</p>
        <div class="powers">{codes.into_view()} {remove}</div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

    fn page(state: SecondFactorState, is_needed: bool) -> String {
        let html = SecondFactorPage {
            frame: frame(),
            visitor: visitor(is_needed),
            state,
            is_needed,
            notice: None,
            error: None,
        }
        .to_html();
        assert_sound(&html);
        html
    }

    #[test]
    fn each_state_offers_what_comes_next() {
        assert!(page(SecondFactorState::Off, true).contains("Hosts of this network need one"));
        let setting_up = SecondFactorState::SettingUp {
            secret: "ABCD".into(),
            address: "otpauth://totp/a:b?secret=ABCD".into(),
            code_error: Some("Wrong.".into()),
        };
        let html = page(setting_up, false);
        assert!(html.contains("/confirm\"") && html.contains("<svg") && html.contains("Wrong."));
        let html = page(SecondFactorState::On { codes_left: 0 }, false);
        assert!(html.contains("No recovery code is left") && html.contains("/remove\""));
        let html = page(SecondFactorState::On { codes_left: 3 }, true);
        assert!(html.contains("3 recovery codes are left") && !html.contains("/remove\""));
        assert!(page(SecondFactorState::Codes(vec!["abcde-fghjk".into()]), false).contains("abcde-fghjk"));
    }
}
