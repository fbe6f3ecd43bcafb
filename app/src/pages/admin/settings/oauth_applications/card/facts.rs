//! Where an application returns to and what it may do, as its card shows it.

use latchkey_domain::{ClientType, Scope};
use leptos::prelude::*;

use crate::components::live_text::live_text;
use crate::functions::applications::card::ApplicationCard;
use crate::pages::admin::settings::oauth_applications::address;
use crate::pages::admin::settings::oauth_applications::tab::Tab;

/// How many scopes a card shows.
const SCOPES: usize = 2;

/// `Confidential` or `Public (PKCE required)`.
pub(in super::super) fn client_type(card: &ApplicationCard) -> &'static str {
    let client_type = if card.form.confidential {
        ClientType::Confidential
    } else {
        ClientType::Public
    };
    client_type.label()
}

/// The host of an application's website.
pub(super) fn website(card: &ApplicationCard) -> Option<String> {
    let (_, rest) = card.form.website.split_once("://")?;
    rest.split(['/', '?', '#']).next().map(str::to_owned)
}

/// The scopes that an application may ask for.
pub(in super::super) fn scopes(card: &ApplicationCard) -> impl Iterator<Item = Scope> {
    card.form.scopes.iter().filter_map(|id| id.parse().ok())
}

/// A link to the page of an application. It leads where the name does, so Tab passes over it.
pub(super) fn more(client_id: &str, tab: Tab, text: String) -> AnyView {
    view! {
        <a class="more" href=address::application(client_id, tab) tabindex="-1">
            {live_text(text)}
        </a>
    }
    .into_any()
}

/// The rest of `count` things of which `shown` are shown.
fn rest(card: &ApplicationCard, count: usize, shown: usize) -> Option<AnyView> {
    let rest = count.checked_sub(shown).filter(|rest| *rest > 0)?;
    Some(more(&card.client_id, Tab::Overview, format!("+{rest} more")))
}

/// The rows of the card.
pub(super) fn facts(card: &ApplicationCard) -> AnyView {
    let mut uris = card.form.redirect_uris.lines();
    let first = uris.next().unwrap_or_default().to_owned();
    let rest_of_uris = rest(card, uris.count() + 1, 1);
    let words = scopes(card)
        .take(SCOPES)
        .enumerate()
        .map(|(index, scope)| {
            let separator = (index > 0).then_some(" · ");
            view! {
                {separator}
                <span title=scope.id()>{live_text(scope.description())}</span>
            }
        })
        .collect_view();
    let rest_of_scopes = rest(card, scopes(card).count(), SCOPES);
    view! {
        <div class="fact">
            <dt>"Redirect URI"</dt>
            <dd class="value-row">
                <code class="mono value" translate="no" title=first.clone()>
                    {first.clone()}
                </code>
                {rest_of_uris}
            </dd>
        </div>
        <div class="fact">
            <dt>"Scopes"</dt>
            <dd class="value-row">
                <span class="value words">{words}</span>
                {rest_of_scopes}
            </dd>
        </div>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::testing::card;

    #[test]
    fn of_the_website_its_host_is_shown() {
        let mut card = card("Mobile App");
        assert_eq!(website(&card), None);
        card.form.website = "https://makers.example/about?a#b".into();
        assert_eq!(website(&card).as_deref(), Some("makers.example"));
    }

    #[test]
    fn the_first_ones_are_shown_and_the_rest_is_counted() {
        let mut card = card("Mobile App");
        let html = facts(&card).to_html();
        assert!(
            html.contains("https://app.example/cb") && !html.contains("more</span>"),
            "{html}"
        );
        assert!(html.contains("title=\"read:posts\"") && html.contains("View posts you have created"));
        card.form.redirect_uris = "https://a.example/cb\nhttps://b.example/cb\nhttps://c.example/cb".into();
        card.form.scopes = Scope::ALL.iter().map(|scope| scope.id().to_owned()).collect();
        let html = facts(&card).to_html();
        assert!(html.contains("+2 more") && !html.contains("b.example"), "{html}");
        assert!(
            html.contains(&format!("+{} more", Scope::ALL.len() - SCOPES)),
            "{html}"
        );
    }
}
