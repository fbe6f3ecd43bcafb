//! `/account/sessions`: where a member is signed in.

use latchkey_domain::Timestamp;
use leptos::prelude::*;

use super::navigation::AccountPage;
use crate::components::frame::Frame;
use crate::components::navigation::Visitor;
use crate::components::notice::status_notice;
use crate::components::session_row::{SessionRow, session_row};

/// The member's open sessions.
#[derive(Clone, Debug)]
pub struct SessionsPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The sessions, last seen first.
    pub sessions: Vec<SessionRow>,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
    /// The time of the request.
    pub now: Timestamp,
}

impl SessionsPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            sessions,
            notice,
            now,
        } = self;
        let has_others = sessions.iter().any(|session| !session.is_current);
        let rows = sessions
            .into_iter()
            .map(|session| session_row(session, "/account/sessions", now))
            .collect_view();
        let end_others = has_others.then(|| {
            view! {
                <form class="stack" method="post" action="/account/sessions/end-others">
                    <button class="button button-danger" type="submit">
                        "End all other sessions"
                    </button>
                </form>
            }
        });
        AccountPage::Sessions.to_html(
            "Sessions",
            frame,
            visitor,
            view! {
                <p class="panel-lead">
                    "You are signed in on these browsers. Don’t recognize a session? End it and "
                    <a href="/account/password">"change your password"</a> "."
                </p>
                {notice.map(status_notice)}
                <ul class="row-list">{rows}</ul>
                {end_others}
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::{assert_sound, frame, visitor};

    fn page(others: i64) -> String {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let sessions = (0..=others)
            .map(|id| SessionRow {
                id,
                is_current: id == 0,
                user_agent: Some(
                    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into(),
                ),
                address: Some("192.0.2.1".into()),
                created_at: now.minus(Duration::from_secs(86_400 * 40)),
                last_seen_at: now.minus(Duration::from_secs(300)),
            })
            .collect();
        SessionsPage {
            frame: frame(),
            visitor: visitor(false),
            sessions,
            notice: None,
            now,
        }
        .to_html()
    }

    #[test]
    fn tells_this_session_from_the_others() {
        let html = page(2);
        assert_sound(&html);
        assert_eq!(html.matches("This session").count(), 1);
        assert_eq!(
            html.matches("aria-label=\"End session: Firefox on Linux").count(),
            2
        );
        assert!(html.contains("action=\"/account/sessions/2/end\""));
        assert!(html.contains(">5 minutes ago</time>"), "{html}");
    }

    #[test]
    fn a_single_session_has_nothing_to_end() {
        let html = page(0);
        assert_sound(&html);
        assert!(!html.contains("end-others") && !html.contains("End session"));
    }
}
