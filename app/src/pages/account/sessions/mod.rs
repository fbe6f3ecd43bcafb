//! `/account/sessions`: where a member is signed in.

mod browser_name;

use latchkey_domain::Timestamp;
use leptos::prelude::*;

use self::browser_name::browser_name;
use super::navigation::{AccountPage, account_nav};
use crate::components::frame::Frame;
use crate::components::navigation::{MainEntry, Visitor};
use crate::components::notice::status_notice;
use crate::time::{ago, time_ago};

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

/// A session.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// The session's id in the form.
    pub id: i64,
    /// Whether the page is shown in this session.
    pub is_current: bool,
    /// The browser's user agent.
    pub user_agent: Option<String>,
    /// The IP address that opened it.
    pub address: Option<String>,
    /// When the member signed in.
    pub created_at: Timestamp,
    /// When it was last seen.
    pub last_seen_at: Timestamp,
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
            .map(|session| row(session, now))
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
        frame.with_top_bar(
            "Sessions",
            visitor,
            Some(MainEntry::Account),
            view! {
                {account_nav(AccountPage::Sessions)}
                <h1 class="panel-title">"Sessions"</h1>
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

fn row(session: SessionRow, now: Timestamp) -> impl IntoView {
    let SessionRow {
        id,
        is_current,
        user_agent,
        address,
        created_at,
        last_seen_at,
    } = session;
    let name = browser_name(user_agent.as_deref());
    // Tells a screen reader which of several identical buttons this is.
    let label = format!("End session: {name}, signed in {}", ago(created_at, now));
    let signed_in = time_ago(created_at, now);
    let end = if is_current {
        // Signing out, at the top of the page, ends this one.
        view! { <span class="badge">"This session"</span> }.into_any()
    } else {
        view! {
            <form method="post" action=format!("/account/sessions/{id}/end")>
                <button class="button" type="submit" aria-label=label>
                    "End session"
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <li class="row-item">
            <div>
                <p>
                    <strong>{name}</strong>
                </p>
                <p class="muted">
                    {address.map(|address| view! { <span class="mono" translate="no">{address}</span> " · " })} "Last seen "
                    {time_ago(last_seen_at, now)} " · Signed in " {signed_in}
                </p>
            </div>
            {end}
        </li>
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
