//! `/admin/settings/sso`: the providers that sign members in.

mod card;
pub(crate) mod edit;
pub(crate) mod form;
pub(crate) mod preset;
pub(crate) mod test_result;

use latchkey_domain::{Provider, Timestamp};
use leptos::prelude::*;

use self::card::card;
use self::preset::PRESETS;
use crate::components::form::Toggle;
use crate::components::frame::Frame;
use crate::components::navigation::{AdminSection, Level, Visitor};
use crate::components::notice::{error_notice, status_notice};

/// The field that a form in the list has: what it does ends there, and not on the provider's own page.
pub const FROM_LIST: &str = "from_list";

/// The providers, and how members sign in.
#[derive(Clone, Debug)]
pub struct SsoPage {
    pub frame: Frame,
    pub visitor: Visitor,
    /// The public URL of this site: `https://example.org`.
    pub origin: String,
    /// In the order of the sign-in page.
    pub providers: Vec<ProviderCard>,
    /// Whether members sign in only with providers.
    pub providers_only: bool,
    /// What was just done, as a sentence.
    pub notice: Option<String>,
    /// Why nothing was done, as a sentence.
    pub error: Option<String>,
    /// The time of the request.
    pub now: Timestamp,
}

/// A provider, and how it is.
#[derive(Clone, Debug)]
pub struct ProviderCard {
    pub provider: Provider,
    /// How many members have an account there that is linked.
    pub members: u64,
    /// When somebody last signed in with it.
    pub last_sign_in_at: Option<Timestamp>,
    /// When a sign-in last failed, and why, as a sentence. Nothing if one has worked since.
    pub last_failure: Option<(Timestamp, String)>,
}

impl SsoPage {
    pub fn to_html(self) -> String {
        let Self {
            frame,
            visitor,
            origin,
            providers,
            providers_only,
            notice,
            error,
            now,
        } = self;
        let add = (!providers.is_empty()).then(|| {
            view! {
                <a class="button button-primary" href="#add">
                    "Add a provider"
                </a>
            }
        });
        let is_any_on = providers.iter().any(|card| card.provider.spec.is_on);
        let how = how_members_sign_in(&origin, providers_only, is_any_on);
        let content = if providers.is_empty() {
            view! {
                <section class="sso-empty">
                    <h2>"No sign-in provider yet"</h2>
                    <p class="muted">
                        "With a sign-in provider, members sign in here with the account that they already have somewhere else, such as your own website or Google. Choose yours, and the next page says what to do there."
                    </p>
                    {presets()}
                </section>
                {how}
            }
            .into_any()
        } else {
            let cards = providers
                .into_iter()
                .map(|provider| card(provider, providers_only, now))
                .collect_view();
            view! {
                <ul class="sso-cards">{cards}</ul>
                {how}
                <section class="sso-add" id="add">
                    <h2 class="settings-title">"Add a provider"</h2>
                    {presets()}
                </section>
            }
            .into_any()
        };
        frame.admin(
            "Single sign-on",
            visitor,
            AdminSection::SingleSignOn,
            Level::Section,
            view! {
                <header class="page-header">
                    <div>
                        <h1 class="page-title">"Single sign-on"</h1>
                        <p class="page-lead">"Members sign in with accounts that they have at other services."</p>
                    </div>
                    {add}
                </header>
                {notice.map(status_notice)}
                {error.map(error_notice)}
                {content}
            },
        )
    }
}

/// The address of a provider's page.
fn provider_page(provider: &Provider) -> String {
    format!("{}/{}", AdminSection::SingleSignOn.path(), provider.spec.slug)
}

/// The known providers, each a link to the form.
fn presets() -> impl IntoView {
    let path = AdminSection::SingleSignOn.path();
    let links = PRESETS
        .iter()
        .map(|preset| {
            view! {
                <li>
                    <a class="preset" href=format!("{path}/add?preset={}", preset.id)>
                        <span class="preset-title">{preset.title}</span>
                        <span class="preset-about">{preset.about}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="preset-grid">{links}</ul> }
}

fn how_members_sign_in(origin: &str, providers_only: bool, is_any_on: bool) -> impl IntoView + use<> {
    let address = format!("{origin}/sign-in/hosts");
    // It can always be turned off.
    let can_change = is_any_on || providers_only;
    let form = if can_change {
        let toggle = Toggle::checkbox(
            "providers_only",
            "Members sign in only with providers",
            "Their passwords and passkeys stop working on the sign-in page, and start again when you turn this off.",
            providers_only,
        );
        view! {
            <form class="stack" method="post" action=format!("{}/only", AdminSection::SingleSignOn.path())>
                {toggle.into_view()}
                <div>
                    <button class="button" type="submit">
                        "Save"
                    </button>
                </div>
            </form>
        }
        .into_any()
    } else {
        view! {
            <div class="toggle">
                <input
                    type="checkbox"
                    id="providers_only"
                    disabled=true
                    aria-describedby="providers_only-hint"
                />
                <div>
                    <label class="field-label" for="providers_only">
                        "Members sign in only with providers"
                    </label>
                    <p class="field-hint" id="providers_only-hint">
                        "Turn on a provider first. Until then nobody could sign in."
                    </p>
                </div>
            </div>
        }
        .into_any()
    };
    let content = view! {
        {form}
        <div class="sso-hosts">
            <p>
                "Hosts can always sign in with their password or passkey on a page of their own, also when a provider does not work. Keep its address:"
            </p>
            {copy_row("hosts-address", address)}
        </div>
    };
    section("how", "How members sign in", content)
}

/// A part of a page, with its title.
fn section(id: &'static str, title: &'static str, content: impl IntoView) -> impl IntoView {
    let title_id = format!("{id}-title");
    let labelled_by = title_id.clone();
    view! {
        <section class="settings-section" aria-labelledby=labelled_by>
            <h2 class="settings-title" id=title_id>
                {title}
            </h2>
            {content}
        </section>
    }
}

/// An address, with a button that copies it.
fn copy_row(id: &'static str, text: String) -> impl IntoView {
    view! {
        <div class="copy-row">
            <code class="mono" id=id translate="no">
                {text}
            </code>
            <button class="button button-small" type="button" data-copy=format!("#{id}") hidden>
                "Copy"
            </button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_sound, frame, provider, visitor};

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn page(providers: Vec<ProviderCard>) -> SsoPage {
        SsoPage {
            frame: frame(),
            visitor: visitor(true),
            origin: "https://club.example".into(),
            providers,
            providers_only: false,
            notice: None,
            error: None,
            now: NOW,
        }
    }

    fn card_of(name: &str) -> ProviderCard {
        ProviderCard {
            provider: provider(name),
            members: 12,
            last_sign_in_at: Some(NOW),
            last_failure: None,
        }
    }

    #[test]
    fn without_a_provider_it_offers_those_that_are_known() {
        let html = page(Vec::new()).to_html();
        assert_sound(&html);
        for preset in PRESETS {
            let link = format!("href=\"/admin/settings/sso/add?preset={}\"", preset.id);
            assert_eq!(html.matches(&link).count(), 1, "{link} in {html}");
        }
        assert!(
            html.contains("Turn on a provider first")
                && !html.contains("action=\"/admin/settings/sso/only\""),
            "{html}"
        );
        assert!(html.contains(">https://club.example/sign-in/hosts<"), "{html}");
    }

    #[test]
    fn a_provider_shows_how_it_is() {
        let mut card = card_of("Club <b>");
        card.last_failure = Some((NOW, "The provider did not answer <b>.".into()));
        let html = page(vec![card.clone()]).to_html();
        assert_sound(&html);
        for text in [
            "Club &lt;b&gt;",
            "12 members linked",
            "Last sign-in",
            "did not answer &lt;b&gt;",
            "href=\"/admin/settings/sso/club\"",
            "href=\"/admin/settings/sso/club/test\"",
            "action=\"/admin/settings/sso/club/on\"",
            "action=\"/admin/settings/sso/club/delete\"",
            ">Off<",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
        card.provider.spec.is_on = true;
        let html = page(vec![card]).to_html();
        assert_sound(&html);
        for text in [
            "action=\"/admin/settings/sso/club/off\"",
            "name=\"from_list\"",
            "action=\"/admin/settings/sso/only\"",
            ">On<",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }

    #[test]
    fn only_providers_can_always_be_turned_off() {
        let mut page = page(vec![card_of("Club")]);
        page.providers_only = true;
        let html = page.to_html();
        assert_sound(&html);
        assert!(
            html.contains("action=\"/admin/settings/sso/only\"") && html.matches(" checked").count() == 1,
            "{html}"
        );
        assert!(!html.contains("Those who have no other one"), "{html}");
    }

    #[test]
    fn asks_before_members_are_locked_out() {
        let mut card = card_of("Club");
        card.provider.spec.is_on = true;
        let mut page = page(vec![card]);
        page.providers_only = true;
        let html = page.to_html();
        assert_sound(&html);
        for text in [
            "Those who have no other one",
            "locked out",
            "action=\"/admin/settings/sso/club/off\"",
        ] {
            assert!(html.contains(text), "{text} in {html}");
        }
    }
}
