//! `/account/providers`: the accounts at providers that sign a member in.

use latchkey_domain::{LogoId, Timestamp};
use leptos::prelude::*;

use super::navigation::AccountPage;
use crate::components::ask::Ask;
use crate::components::frame::Frame;
use crate::components::logo::logo;
use crate::components::navigation::Visitor;
use crate::components::notice::{error_notice, status_notice};
use crate::time::time_ago;

/// The address of the page.
const PATH: &str = "/account/providers";

/// The providers, and the member's accounts there.
#[derive(Clone, Debug)]
pub struct LinkedAccountsPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// Those that are on, and those with a linked account.
    pub providers: Vec<LinkedAccountRow>,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
    /// Why nothing was done, as a sentence.
    pub error: Option<String>,
    /// Where the member was going, and goes on to with a linked account.
    pub return_to: Option<String>,
    /// The time of the request.
    pub now: Timestamp,
}

/// A provider, and the member's account there.
#[derive(Clone, Debug)]
pub struct LinkedAccountRow {
    pub name: String,
    pub slug: String,
    pub logo: Option<LogoId>,
    pub is_on: bool,
    pub state: LinkState,
}

/// Whether there is a linked account.
#[derive(Clone, Debug)]
pub enum LinkState {
    NotLinked,
    Linked(LinkedAccount),
}

/// A linked account.
#[derive(Clone, Debug)]
pub struct LinkedAccount {
    /// What the account is called there: its email, or its name.
    pub label: String,
    pub linked_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    /// Whether the member has no other way to sign in.
    pub is_last_way: bool,
}

impl LinkedAccountsPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            providers,
            notice,
            error,
            return_to,
            now,
        } = self;
        let on = return_to.clone().map(|path| {
            view! {
                <p class="panel-action">
                    <a class="button" href=path>
                        "Continue without linking"
                    </a>
                </p>
            }
        });
        let list = if providers.is_empty() {
            view! { <p class="muted">"This network has no sign-in provider."</p> }.into_any()
        } else {
            let rows = providers
                .into_iter()
                .map(|row| row_view(row, return_to.as_deref(), now))
                .collect_view();
            view! { <ul class="row-list">{rows}</ul> }.into_any()
        };
        AccountPage::Providers.to_html(
            "Linked accounts",
            frame,
            visitor,
            view! {
                <p class="panel-lead">
                    "A linked account signs you in here, instead of your password. Anyone who can use that account can then use this one."
                </p>
                {notice.map(status_notice)}
                {error.map(error_notice)}
                {list}
                {on}
            },
        )
    }
}

fn row_view(row: LinkedAccountRow, return_to: Option<&str>, now: Timestamp) -> impl IntoView + use<> {
    let LinkedAccountRow {
        name,
        slug,
        logo: picture,
        is_on,
        state,
    } = row;
    let off = (!is_on).then(|| view! { <span class="badge badge-paused">"Turned off by a host"</span> });
    let return_to =
        return_to.map(|path| view! { <input type="hidden" name="return_to" value=path.to_owned() /> });
    let (text, action) = match state {
        LinkState::NotLinked => (
            view! { <p class="muted">"Not linked"</p> }.into_any(),
            // A form, which no other site can send: the browser may be signed in there as somebody else.
            view! {
                <form method="post" action=format!("{PATH}/{slug}/link")>
                    {return_to}
                    <button class="button" type="submit" aria-label=format!("Link {name}")>
                        "Link"
                    </button>
                </form>
            }
            .into_any(),
        ),
        LinkState::Linked(account) => linked(account, &name, &slug, now),
    };
    view! {
        <li class="row-item linked-account">
            {logo(&name, picture.as_ref(), "")}
            <div class="member-text">
                <h2 class="member-name">
                    <bdi>{name.clone()}</bdi>
                    " "
                    {off}
                </h2>
                {text}
            </div>
            {action}
        </li>
    }
}

/// What is known of a linked account, and the button that unlinks it.
fn linked(account: LinkedAccount, name: &str, slug: &str, now: Timestamp) -> (AnyView, AnyView) {
    let LinkedAccount {
        label,
        linked_at,
        last_used_at,
        is_last_way,
    } = account;
    let used = match last_used_at {
        Some(at) => view! { "used " {time_ago(at, now)} }.into_any(),
        None => "not used yet".into_any(),
    };
    let last_way = is_last_way.then(|| {
        view! {
            <p class="muted">
                "This is your only way to sign in, so it stays linked until you have another: another linked account or, if members use them here, a "
                <a href="/account/passkeys">"passkey"</a> "."
            </p>
        }
    });
    let text = view! {
        <p translate="no" class="linked-label">
            <bdi>{label}</bdi>
        </p>
        <p class="muted">"Linked " {time_ago(linked_at, now)} " · " {used}</p>
        {last_way}
    }
    .into_any();
    let action = if is_last_way {
        ().into_any()
    } else {
        Ask {
            button: "Unlink",
            label: Some(format!("Unlink {name}")),
            effect:
                view! { <p class="muted">"It no longer signs you in. You can link it again at any time."</p> }
                    .into_any(),
            action: format!("{PATH}/{slug}/unlink"),
            confirm: "Unlink the account",
            is_danger: true,
        }
        .into_view()
        .into_any()
    };
    (text, action)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn page(providers: Vec<LinkedAccountRow>) -> String {
        let html = LinkedAccountsPage {
            frame: frame(),
            visitor: visitor(false),
            providers,
            notice: None,
            error: None,
            return_to: Some("/oauth/authorize?a=\"".into()),
            now: NOW,
        }
        .to_html();
        assert_sound(&html);
        html
    }

    fn row(name: &str, state: LinkState) -> LinkedAccountRow {
        LinkedAccountRow {
            name: name.into(),
            slug: "club".into(),
            logo: None,
            is_on: true,
            state,
        }
    }

    fn account(is_last_way: bool) -> LinkState {
        LinkState::Linked(LinkedAccount {
            label: "ada<b>@example.com".into(),
            linked_at: NOW,
            last_used_at: None,
            is_last_way,
        })
    }

    #[test]
    fn each_can_be_linked_or_unlinked() {
        let html = page(vec![
            row("Club <b>", account(false)),
            row("Other", LinkState::NotLinked),
        ]);
        for text in [
            "Club &lt;b&gt;",
            "ada&lt;b&gt;@example.com",
            "not used yet",
            "action=\"/account/providers/club/unlink\"",
            "action=\"/account/providers/club/link\"",
            "name=\"return_to\" value=\"/oauth/authorize?a=&quot;\"",
            "href=\"/oauth/authorize?a=&quot;\"",
            "aria-current=\"page\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }

    #[test]
    fn the_last_way_is_explained_and_cannot_be_unlinked() {
        let html = page(vec![row("Club", account(true))]);
        assert!(
            html.contains("your only way to sign in") && !html.contains("/unlink\""),
            "{html}"
        );
        assert!(page(Vec::new()).contains("has no sign-in provider"));
    }
}
