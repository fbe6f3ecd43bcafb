//! `/account/passkeys`: the passkeys of a member.

use latchkey_domain::Timestamp;
use leptos::prelude::*;

use super::navigation::AccountPage;
use crate::components::ask::Ask;
use crate::components::form::Field;
use crate::components::frame::Frame;
use crate::components::navigation::Visitor;
use crate::components::notice::{error_notice, status_notice};
use crate::components::passkey::{PasskeyForm, PasskeyOptions};
use crate::time::time_ago;

/// The address of the page.
const PATH: &str = "/account/passkeys";

/// The passkeys of a member.
#[derive(Clone, Debug)]
pub struct PasskeysPage {
    pub frame: Frame,
    pub visitor: Visitor,
    pub passkeys: Vec<PasskeyRow>,
    /// Whether browsers have passkeys at this address.
    pub is_available: bool,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
    /// Why nothing was done, as a sentence.
    pub error: Option<String>,
    /// The time of the request.
    pub now: Timestamp,
}

/// A passkey.
#[derive(Clone, Debug)]
pub struct PasskeyRow {
    /// Its number in the form.
    pub id: i64,
    pub name: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl PasskeysPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            passkeys,
            is_available,
            notice,
            error,
            now,
        } = self;
        let list = if passkeys.is_empty() {
            view! { <p class="muted">"You have none."</p> }.into_any()
        } else {
            let rows = passkeys
                .into_iter()
                .map(|passkey| row(passkey, now))
                .collect_view();
            view! { <ul class="row-list">{rows}</ul> }.into_any()
        };
        let add = if is_available {
            view! {
                <form class="stack" method="post" action=format!("{PATH}/begin")>
                    <button class="button button-primary" type="submit">
                        "Add a passkey"
                    </button>
                </form>
            }
            .into_any()
        } else {
            view! { <p class="muted">"Browsers have passkeys only for sites with a name and https."</p> }
                .into_any()
        };
        AccountPage::Passkeys.to_html(
            "Passkeys",
            frame,
            visitor,
            view! {
                <p class="panel-lead">
                    "A passkey signs you in with your fingerprint, your face or the PIN of your device, without password and code. Nobody can steal it with a false page."
                </p>
                {notice.map(status_notice)}
                {error.map(error_notice)}
                {list}
                {add}
            },
        )
    }
}

fn row(passkey: PasskeyRow, now: Timestamp) -> impl IntoView {
    let PasskeyRow {
        id,
        name,
        created_at,
        last_used_at,
    } = passkey;
    let used = match last_used_at {
        Some(at) => view! { "used " {time_ago(at, now)} }.into_any(),
        None => "not used yet".into_any(),
    };
    let remove = Ask {
        button: "Remove",
        label: Some(format!("Remove {name}")),
        effect: view! { <p class="muted">"It no longer signs you in. Delete it on the device, too."</p> }
            .into_any(),
        action: format!("{PATH}/{id}/remove"),
        confirm: "Remove the passkey",
        is_danger: true,
    };
    view! {
        <li class="row-item">
            <div class="member-text">
                <h2 class="member-name">
                    <bdi>{name}</bdi>
                </h2>
                <p class="muted">"Added " {time_ago(created_at, now)} " · " {used}</p>
            </div>
            {remove.into_view()}
        </li>
    }
}

/// Makes a passkey in the browser.
#[derive(Clone, Debug)]
pub struct AddPasskeyPage {
    pub frame: Frame,
    pub visitor: Visitor,
    pub options: PasskeyOptions,
    /// A name for it: the browser's.
    pub name: String,
}

impl AddPasskeyPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            options,
            name,
        } = self;
        let form = PasskeyForm {
            kind: "create",
            options,
            autofill: false,
            action: format!("{PATH}/add"),
            button: "Create the passkey",
            fields: name_field(name).into_view().into_any(),
        };
        AccountPage::Passkeys.to_html(
            "Add a passkey",
            frame,
            visitor,
            view! {
                <p class="panel-lead">
                    "Your browser asks where to keep it: on this device, in a password manager, on a phone, or on a security key."
                </p>
                {form.into_view()}
                <noscript>
                    <p class="notice">"Passkeys need JavaScript."</p>
                </noscript>
                <p>
                    <a href=PATH>"Back"</a>
                </p>
            },
        )
    }
}

/// The field for a passkey's name.
pub(crate) fn name_field(value: String) -> Field {
    Field {
        name: "name",
        label: "Name",
        kind: "text",
        autocomplete: "off",
        hint: Some("So that you know which one it is later.".into()),
        value,
        required: false,
        error: None,
        autofocus: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

    #[test]
    fn each_can_be_told_and_removed() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let html = PasskeysPage {
            frame: frame(),
            visitor: visitor(false),
            passkeys: vec![PasskeyRow {
                id: 7,
                name: "Phone <b>".into(),
                created_at: now,
                last_used_at: None,
            }],
            is_available: true,
            notice: None,
            error: None,
            now,
        }
        .to_html();
        assert_sound(&html);
        for text in [
            "Phone &lt;b&gt;",
            "not used yet",
            "action=\"/account/passkeys/7/remove\"",
            "Add a passkey",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }

    #[test]
    fn options_are_text_in_the_page() {
        let html = AddPasskeyPage {
            frame: frame(),
            visitor: visitor(false),
            options: PasskeyOptions {
                options: "{\"a\":\"<script>\"}".into(),
                state: "abc".into(),
            },
            name: "Firefox on Linux".into(),
        }
        .to_html();
        assert_sound(&html);
        assert!(
            html.contains("data-passkey=\"create\"") && !html.contains("<script>"),
            "{html}"
        );
    }
}
