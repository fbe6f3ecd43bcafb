//! `/oauth/logout`: an application asks to sign somebody out of the network, too.

use latchkey_domain::Member;
use leptos::prelude::*;

use crate::components::frame::Frame;
use crate::components::notice::error_notice;

/// The page between an application and the end of the session, or behind it.
#[derive(Clone, Debug)]
pub struct LogoutPage {
    pub frame: Frame,
    /// The name of the application that asks, if the request says which.
    pub application: Option<String>,
    /// Whether the person does not return to the application, although it asked for that.
    pub stays: bool,
    pub state: LogoutState,
}

/// Whether the person is still signed in.
#[derive(Clone, Debug)]
pub enum LogoutState {
    /// The person is asked.
    Asks {
        member: Member,
        /// The request, which goes on after the sign-out.
        return_to: String,
    },
    /// Nobody is signed in.
    Done {
        /// The address at which the application waits.
        back: Option<String>,
    },
}

impl LogoutPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            application,
            stays,
            state,
        } = self;
        let network = frame.network.clone();
        let problem = stays.then(|| {
            error_notice(
                "The application asked to send you to an address that is not registered for it. For your safety you stay here."
                    .to_owned(),
            )
        });
        let (title, content) = match state {
            LogoutState::Asks { member, return_to } => {
                let who = application.map_or_else(
                    || "You were sent here to sign out.".to_owned(),
                    |name| format!("{name} asks to sign you out here, too."),
                );
                let content = view! {
                    <p class="panel-lead">
                        {who} " You are signed in as " <strong>{member.name.to_string()}</strong> ", "
                        <span translate="no">{member.email.to_string()}</span> "."
                    </p>
                    {problem}
                    <form class="stack" method="post" action="/sign-out">
                        <input type="hidden" name="return_to" value=return_to />
                        <button class="button button-primary" type="submit">
                            "Sign out"
                        </button>
                        <a class="button" href="/">
                            "Stay signed in"
                        </a>
                    </form>
                };
                (format!("Sign out of {network}?"), content.into_any())
            }
            LogoutState::Done { back } => {
                let back = back.map(|back| {
                    let name = application.unwrap_or_else(|| "the application".to_owned());
                    view! {
                        <a class="button button-primary" href=back rel="external">
                            {format!("Back to {name}")}
                        </a>
                    }
                });
                let content = view! {
                    {problem}
                    <div class="stack">
                        {back} <a class="button" href="/sign-in">
                            "Sign in again"
                        </a>
                    </div>
                };
                (format!("You are signed out of {network}"), content.into_any())
            }
        };
        let heading = title.clone();
        frame.card(
            &title,
            view! {
                <h1 class="panel-title">{heading}</h1>
                {content}
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, member};

    fn html(state: LogoutState, stays: bool) -> String {
        let page = LogoutPage {
            frame: frame(),
            application: Some("Wiki <b>".into()),
            stays,
            state,
        };
        let html = page.to_html();
        assert_sound(&html);
        html
    }

    #[test]
    fn asks_by_a_form_that_keeps_the_request() {
        let return_to = "/oauth/logout?client_id=c&state=%22".to_owned();
        let member = member();
        let html = html(LogoutState::Asks { member, return_to }, true);
        assert!(
            html.contains("value=\"/oauth/logout?client_id=c&amp;state=%22\""),
            "{html}"
        );
        assert!(
            html.contains("Wiki &lt;b&gt; asks to sign you out here, too."),
            "{html}"
        );
        assert!(html.contains("For your safety you stay here."), "{html}");
    }

    #[test]
    fn leads_back_where_the_application_waits() {
        let back = Some("https://wiki.example/?state=1".to_owned());
        assert!(html(LogoutState::Done { back }, false).contains("href=\"https://wiki.example/?state=1\""));
        assert!(!html(LogoutState::Done { back: None }, false).contains("wiki.example"));
    }
}
