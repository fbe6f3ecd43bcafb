//! Shown when a sign-in with a provider did not sign anybody in.

use leptos::prelude::*;

use crate::components::frame::Frame;

/// Says why, and what to do.
#[derive(Clone, Debug, Default)]
pub struct ProviderRefusedPage {
    pub frame: Frame,
    /// What is wrong.
    pub title: String,
    /// What that means and what to do, as sentences.
    pub text: String,
    /// The label and address of the main link, such as “Try again”.
    pub link: (String, String),
    /// The id of the request, to find more in Activity.
    pub request_id: Option<String>,
    /// Whether a host reads the page, who can see the request in Activity.
    pub is_host: bool,
}

impl ProviderRefusedPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            title,
            text,
            link: (label, href),
            request_id,
            is_host,
        } = self;
        let entry = request_id.as_ref().filter(|_| is_host).map(|id| {
            view! {
                <p>
                    <a class="button" href=format!("/admin/activity?request={id}")>
                        "See what went wrong"
                    </a>
                </p>
            }
        });
        let request_id = request_id.map(|id| {
            view! {
                <p class="muted">
                    "Request id " <span class="mono" translate="no">{id}</span>
                    ". A host can find it under Admin > Activity."
                </p>
            }
        });
        let heading = title.clone();
        frame.card(
            &title,
            view! {
                <h1 class="panel-title">{heading}</h1>
                <p class="panel-lead">{text}</p>
                <p class="panel-action">
                    <a class="button button-primary" href=href>
                        {label}
                    </a>
                </p>
                {entry}
                {request_id}
            },
        )
    }
}

/// Says that a member with the address from the provider has to sign in first, which links the two.
#[derive(Clone, Debug, Default)]
pub struct LinkFirstPage {
    pub frame: Frame,
    /// The provider's name.
    pub provider: String,
    /// The address that the provider gave.
    pub email: String,
    /// The sign-in page, which leads back to link.
    pub sign_in: String,
    /// Where to go to leave it.
    pub cancel: String,
}

impl LinkFirstPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            provider,
            email,
            sign_in,
            cancel,
        } = self;
        frame.card(
            "Sign in once to link",
            view! {
                <h1 class="panel-title">"There is already an account with " <span translate="no">{email}</span></h1>
                <p class="panel-lead">
                    "Sign in to it once the way you did so far, and press Link beside " <bdi>{provider.clone()}</bdi>
                    ". From the next time on you sign in with " <bdi>{provider.clone()}</bdi> "."
                </p>
                <p class="panel-action">
                    <a class="button button-primary" href=sign_in>
                        "Sign in and link"
                    </a>
                </p>
                <p class="muted">
                    "Not your account? " <a href=cancel>"Go back"</a> " and choose another account at " <bdi>{provider}</bdi> "."
                </p>
            },
        )
    }
}

/// The path of the link in a mail that links an account.
pub const LINK_ACCOUNT: &str = "/sign-in/link-account";

/// What the link in the mail opens. It changes nothing: mail scanners open links.
#[derive(Clone, Debug, Default)]
pub struct LinkAccountPage {
    pub frame: Frame,
    /// What the link holds.
    pub token: String,
}

impl LinkAccountPage {
    pub fn to_html(self) -> String {
        let Self { frame, token } = self;
        frame.card(
            "Link your account",
            view! {
                <h1 class="panel-title">"Link your account"</h1>
                <p class="panel-lead">
                    "The account that you signed in with is linked to yours here, and from then on signs you in."
                </p>
                <form class="stack" method="post" action=LINK_ACCOUNT>
                    <input type="hidden" name="token" value=token />
                    <button class="button button-primary" type="submit">
                        "Link the account and sign in"
                    </button>
                </form>
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame};

    #[test]
    fn says_why_and_leads_on() {
        for is_host in [true, false] {
            let html = ProviderRefusedPage {
                frame: frame(),
                title: "Google <b> did not answer".into(),
                text: "Try again in a minute.".into(),
                link: ("Try again".into(), "/sign-in?return_to=%2F&a=\"".into()),
                request_id: Some("abc123".into()),
                is_host,
            }
            .to_html();
            assert_sound(&html);
            assert!(
                html.contains("Google &lt;b&gt; did not answer") && html.contains(">abc123<"),
                "{html}"
            );
            let entry = "href=\"/admin/activity?request=abc123\"";
            assert_eq!(html.contains(entry), is_host, "{html}");
        }
    }

    #[test]
    fn a_member_signs_in_before_the_link() {
        let html = LinkFirstPage {
            frame: frame(),
            provider: "Google".into(),
            email: "ada@example.com".into(),
            sign_in: "/sign-in?return_to=%2Faccount%2Fproviders".into(),
            cancel: "/sign-in".into(),
        }
        .to_html();
        assert_sound(&html);
        for text in [
            "ada@example.com",
            "href=\"/sign-in?return_to=%2Faccount%2Fproviders\"",
            "href=\"/sign-in\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }

    #[test]
    fn the_link_in_a_mail_asks_first() {
        let html = LinkAccountPage {
            frame: frame(),
            token: "t0ken\"".into(),
        }
        .to_html();
        assert_sound(&html);
        assert!(
            html.contains("method=\"post\"") && html.contains("t0ken&quot;"),
            "{html}"
        );
    }
}
