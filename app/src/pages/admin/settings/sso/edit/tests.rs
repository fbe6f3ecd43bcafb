use super::super::form::{ProviderField, ProviderProtocol};
use super::super::preset::PRESETS;
use super::*;
use crate::testing::{assert_sound, frame, provider, visitor};

fn add(id: &str) -> ProviderPage {
    let preset = ProviderPreset::find(id).unwrap();
    ProviderPage::new(frame(), visitor(true), "https://club.example".into(), preset)
}

fn edit() -> ProviderPage {
    let provider = provider("Club <b>");
    ProviderPage {
        form: ProviderForm::of_spec(&provider.spec),
        subject: ProviderPageOf::Existing(Box::new(ExistingProvider {
            provider,
            members: 3,
            providers_only: true,
            logo_error: None,
        })),
        ..add("openid")
    }
}

#[test]
fn each_preset_fills_in_its_form() {
    for preset in PRESETS {
        let html = add(preset.id).to_html();
        assert_sound(&html);
        let preset_field = format!("action=\"/admin/settings/sso/add?preset={}\"", preset.id);
        let kind = format!("name=\"kind\" value=\"{}\"", preset.protocol.id());
        assert!(html.contains(&preset_field) && html.contains(&kind), "{html}");
        let is_openid = preset.protocol == ProviderProtocol::OpenIdConnect;
        assert_eq!(html.contains("name=\"issuer\""), is_openid);
        assert_eq!(html.contains("name=\"field_id\""), !is_openid);
        for (_, text) in preset.texts {
            assert!(html.contains(&format!("value=\"{text}\"")), "{text} in {html}");
        }
    }
}

#[test]
fn says_what_to_enter_at_the_provider() {
    let html = add("google").to_html();
    assert!(
        html.contains(">https://club.example/sign-in/callback/google<"),
        "{html}"
    );
    assert!(html.contains("data-copy=\"#redirect-uri\""), "{html}");
    let html = add("openid").to_html();
    assert!(html.contains("/sign-in/callback/SHORT-NAME<"), "{html}");
    assert!(
        html.contains("href=\"/admin/settings/sso/add?preset=oauth2\""),
        "{html}"
    );
}

#[test]
fn keeps_what_was_typed_but_not_the_secret() {
    let mut page = add("oauth2");
    page.form.set(ProviderField::Token, "\"><b>nowhere");
    page.form.set(ProviderField::ClientSecret, "hush-hush");
    page.problems = [
        (ProviderField::Token, "The token address is wrong.".to_owned()),
        (ProviderField::IdPath, "The id is missing.".to_owned()),
    ]
    .into();
    let html = page.to_html();
    assert_sound(&html);
    for text in [
        "2 fields are wrong",
        "href=\"#token\"",
        "href=\"#field_id\"",
        "The token address is wrong.",
        "The id is missing.",
    ] {
        assert!(html.contains(text), "{text} in {html}");
    }
    assert!(!html.contains("<b>") && !html.contains("hush"), "{html}");
    assert_eq!(html.matches(" autofocus").count(), 1);
    assert_eq!(html.matches("aria-invalid=\"true\"").count(), 2);
}

#[test]
fn a_provider_that_is_there_is_edited_tested_and_deleted() {
    let html = edit().to_html();
    assert_sound(&html);
    for text in [
        "Club &lt;b&gt;",
        ">https://club.example/sign-in/callback/club<",
        "action=\"/admin/settings/sso/club\"",
        "action=\"/admin/settings/sso/club/logo\"",
        "action=\"/admin/settings/sso/club/delete\"",
        "href=\"/admin/settings/sso/club/test\"",
        "Leave empty to keep the secret.",
        "value=\"https://login.example\"",
    ] {
        assert!(html.contains(text), "{text} in {html}");
    }
    for text in ["name=\"slug\"", "name=\"from_list\""] {
        assert!(!html.contains(text), "{text} in {html}");
    }
}
