//! How an application is doing: the foot of its card.

use latchkey_domain::counted;
use leptos::prelude::*;

use crate::components::live_text::live_text;
use crate::functions::applications::card::ApplicationCard;
use crate::pages::admin::settings::oauth_applications::address;

/// The class and the text of `Working · 12 members · used 3 minutes ago`, or what is wrong.
fn state(card: &ApplicationCard) -> (&'static str, String) {
    if card.paused {
        return ("health", "Paused".to_owned());
    }
    if card.failures > 0 {
        return ("health health-failing", failures(card));
    }
    let Some(used) = &card.used else {
        return ("health", "Never used".to_owned());
    };
    let members = match card.connected_members {
        0 => "no members".to_owned(),
        members => counted(members, "member"),
    };
    (
        "health health-working",
        format!("Working · {members} · used {used}"),
    )
}

/// `22 failures in the last hour. Latest: the secret is wrong.`
fn failures(card: &ApplicationCard) -> String {
    let count = counted(card.failures, "failure");
    // Messages have code between backticks.
    let latest = card
        .latest_failure
        .as_deref()
        .unwrap_or_default()
        .replace('`', "");
    match latest.trim_end_matches('.') {
        "" => format!("{count} in the last hour."),
        latest => format!("{count} in the last hour. Latest: {latest}."),
    }
}

/// The sentence, and what helps: the activity if something fails, sample code if it was never used.
pub(in super::super) fn health(card: &ApplicationCard) -> AnyView {
    let (class, text) = state(card);
    let id = &card.client_id;
    let next = if card.paused {
        None
    } else if card.failures > 0 {
        Some((" ", "See activity", address::activity(id)))
    } else if card.used.is_none() {
        Some((" · ", "Sample code", address::use_it(id)))
    } else {
        None
    };
    let link = next.map(|(separator, text, href)| {
        view! {
            {separator}
            <a id=format!("see-{id}") aria-labelledby=format!("see-{id} card-{id}") href=href rel="external">
                {live_text(text)}
            </a>
        }
    });
    view! {
        <p class=class>
            <span class="health-text" title=text.clone()>{live_text(text.clone())}</span>
            {link}
        </p>
    }
    .into_any()
}

/// `12 members connected`.
pub(crate) fn connected(members: u64) -> String {
    match members {
        0 => "No members connected".into(),
        _ => format!("{} connected", counted(members, "member")),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::testing::card;

    #[test]
    fn says_how_it_is_doing() {
        let working = ApplicationCard {
            used: Some("3 minutes ago".into()),
            connected_members: 12,
            ..card("Mobile App")
        };
        assert_eq!(state(&working).1, "Working · 12 members · used 3 minutes ago");
        assert_eq!(state(&card("Mobile App")).1, "Never used");
        let failing = ApplicationCard {
            failures: 22,
            latest_failure: Some("`redirect_uri` was not registered.".into()),
            ..working
        };
        assert_eq!(
            state(&failing),
            (
                "health health-failing",
                "22 failures in the last hour. Latest: redirect_uri was not registered.".to_owned()
            )
        );
        let html = health(&failing).to_html();
        assert!(
            html.contains("/activity\"") && html.contains("See activity"),
            "{html}"
        );
        let html = health(&card("Mobile App")).to_html();
        assert!(html.contains("/use\"") && html.contains("Sample code"), "{html}");
        let paused = ApplicationCard {
            paused: true,
            ..failing
        };
        assert_eq!(state(&paused).1, "Paused");
        assert!(!health(&paused).to_html().contains("See activity"));
    }
}
