use latchkey_domain::{ApplicationDraft, TimeSpan};

use super::*;
use crate::testing::{application, assert_sound, frame, visitor};

fn registered(confidential: bool, redirect_uris: &str) -> Application {
    let draft = ApplicationDraft {
        name: "Mobile <b>App".into(),
        redirect_uris: redirect_uris.into(),
        scopes: vec!["read:posts".into(), "read:userinfo".into()],
        confidential,
        ..ApplicationDraft::default()
    };
    Application {
        spec: draft.validate().unwrap(),
        ..application("Mobile")
    }
}

fn endpoints() -> Endpoints {
    Endpoints {
        issuer: "https://oauth.example".into(),
        authorization: "https://oauth.example/oauth/authorize".into(),
        token: "https://oauth.example/oauth/token".into(),
        graphql: "https://oauth.example/networks/river/graphql".into(),
    }
}

fn page(application: Application, secret: Option<ClientSecret>) -> String {
    let redirect_uri = UseItPage::first_choice(&application).unwrap().clone();
    UseItPage {
        frame: frame(),
        visitor: visitor(true),
        application,
        failures: 0,
        redirect_uri,
        recipe: None,
        endpoints: endpoints(),
        secret,
        code_lifetime: TimeSpan::minutes(5),
    }
    .to_html()
}

/// The text of the element with this id, as a browser reads it.
fn text(html: &str, id: &str) -> String {
    let (_, rest) = html.split_once(&format!(" id=\"{id}\" class=\"mono\">")).unwrap();
    let (inside, _) = rest.split_once("</code>").unwrap();
    inside
        .replace("<span class=\"comment\">", "")
        .replace("</span>", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[test]
fn the_settings_are_those_of_the_application() {
    let html = page(registered(true, "https://app.example/cb"), None);
    assert_sound(&html);
    let id = "A".repeat(43);
    let mask = "•".repeat(43);
    assert_eq!(
        text(&html, "env"),
        format!(
            "# Mobile <b>App, on River Club\n\
             OAUTH_CLIENT_ID={id}\n\
             OAUTH_CLIENT_SECRET={mask}\n\
             OAUTH_REDIRECT_URI=https://app.example/cb\n\
             OAUTH_SCOPES='read:userinfo read:posts'\n\
             OAUTH_ISSUER=https://oauth.example\n\
             OAUTH_AUTHORIZATION_ENDPOINT=https://oauth.example/oauth/authorize\n\
             OAUTH_TOKEN_ENDPOINT=https://oauth.example/oauth/token\n\
             GRAPHQL_ENDPOINT=https://oauth.example/networks/river/graphql\n"
        )
    );
    assert!(
        html.contains("Show the secret") && html.contains("data-copy-from"),
        "{html}"
    );
    assert!(!html.contains("Redirect URI</label>"), "{html}");
}

#[test]
fn the_secret_stands_there_once_when_it_was_asked_for() {
    let secret = "S".repeat(43);
    let html = page(
        registered(true, "https://app.example/cb"),
        Some(ClientSecret::kept(secret.clone())),
    );
    assert_sound(&html);
    assert_eq!(html.matches(&secret).count(), 1);
    assert!(text(&html, "env").contains(&format!("OAUTH_CLIENT_SECRET={secret}\n")));
    assert!(
        html.contains("Hide the secret") && !html.contains("data-copy-from"),
        "{html}"
    );
}

#[test]
fn the_programs_are_the_files_letter_for_letter_and_right_for_the_type() {
    for confidential in [true, false] {
        let html = page(registered(confidential, "http://127.0.0.1/cb"), None);
        assert_sound(&html);
        for program in &PROGRAMS {
            let shown = text(&html, program.id);
            assert_eq!(shown, program.text(confidential));
            assert_eq!(
                shown.contains("OAUTH_CLIENT_SECRET"),
                confidential,
                "{}",
                program.id
            );
            assert!(shown.contains("S256") || shown.contains("Pkce"), "{}", program.id);
            assert_eq!(text(&html, &format!("run-{}", program.id)), program.run);
        }
        assert_eq!(text(&html, "env").contains("OAUTH_CLIENT_SECRET"), confidential);
        assert_eq!(html.contains("Show the secret"), confidential);
    }
}

/// A change to one of a pair must be made to the other.
#[test]
fn the_programs_of_a_pair_differ_by_little() {
    for program in &PROGRAMS {
        let (one, other) = (program.text(true), program.text(false));
        let alone = one.lines().filter(|line| !other.lines().any(|it| it == *line));
        assert!((1..=4).contains(&alone.count()), "{}", program.file);
    }
}

#[test]
fn a_redirect_uri_on_the_own_machine_comes_first() {
    let several = registered(
        true,
        "https://app.example/cb\nhttp://localhost:5173/cb\nhttp://127.0.0.1/cb",
    );
    let html = page(several, None);
    assert_sound(&html);
    assert!(text(&html, "env").contains("OAUTH_REDIRECT_URI=http://localhost:5173/cb\n"));
    assert!(html.contains("Use this one"));
    assert_eq!(html.matches(" selected").count(), 1);
    assert!(
        html.contains("<option value=\"http://localhost:5173/cb\" selected"),
        "{html}"
    );
}

#[test]
fn what_to_expect_depends_on_where_the_browser_goes() {
    for (uri, text) in [
        ("http://127.0.0.1/cb", "If nothing listens there"),
        ("https://app.example/cb", "before your site uses up the code"),
        ("com.example.app:/cb", "To try this in a terminal"),
    ] {
        assert!(page(registered(false, uri), None).contains(text), "{uri}");
    }
    let host = page(application("Hosts only"), None);
    assert!(host.contains("sign in as a host"));
    assert!(
        host.contains("within 5 minutes"),
        "as long as a code is good here"
    );
}

#[test]
fn the_message_to_a_developer_has_everything_but_the_secret() {
    let text = |confidential, uris| {
        let application = registered(confidential, uris);
        let message = DeveloperMessage {
            application: &application,
            endpoints: &endpoints(),
            network: "River Club",
        };
        message.to_text()
    };
    let confidential = text(true, "https://app.example/cb\nhttps://app.example/cb2");
    assert!(
        confidential.starts_with("Mobile <b>App is registered on River Club. "),
        "{confidential}"
    );
    for part in [
        format!("Client ID: {}\n", "A".repeat(43)),
        "  https://app.example/cb\n  https://app.example/cb2\nScopes: read:userinfo read:posts\n".to_owned(),
        "Token endpoint: https://oauth.example/oauth/token\n".to_owned(),
        "https://oauth.example/.well-known/oauth-authorization-server\n".to_owned(),
        "The client secret is not in this message.".to_owned(),
    ] {
        assert!(confidential.contains(&part), "{part} in {confidential}");
    }
    let public = text(false, "com.example.app:/cb");
    assert!(
        public.contains("Client type: Public\n") && public.contains("Use PKCE"),
        "{public}"
    );
}

/// An application that signs people in, for a program.
fn for_program(recipe: Option<&'static Recipe>, redirect_uris: &str, secret: Option<ClientSecret>) -> String {
    let mut application = registered(true, redirect_uris);
    application.spec.scopes = "openid profile email".parse().unwrap();
    let redirect_uri = UseItPage::first_choice(&application).unwrap().clone();
    let html = UseItPage {
        frame: frame(),
        visitor: visitor(true),
        application,
        failures: 0,
        redirect_uri,
        recipe,
        endpoints: endpoints(),
        secret,
        code_lifetime: TimeSpan::minutes(5),
    }
    .to_html();
    assert_sound(&html);
    html
}

#[test]
fn each_program_gets_its_settings_filled_in() {
    let id = "A".repeat(43);
    for recipe in &RECIPES {
        let uri = format!("https://program.example{}", recipe.callback);
        let masked = for_program(Some(recipe), &uri, None);
        assert!(masked.contains("It is registered."), "{}", recipe.id);
        let shown = text(&masked, "env");
        assert!(
            shown.contains(&id) && shown.contains("•••") && !shown.contains("LATCHKEY_"),
            "{shown}"
        );
        assert!(shown.contains("https://oauth.example"), "{shown}");
        assert!(masked.contains(&format!("program={}\"", recipe.id)), "{masked}");
        let secret = ClientSecret::kept("s".repeat(ClientSecret::LENGTH));
        let shown = text(&for_program(Some(recipe), &uri, Some(secret)), "env");
        assert!(shown.contains(&"s".repeat(43)) && !shown.contains('•'), "{shown}");
        assert_eq!(Recipe::from_id(recipe.id).unwrap().label, recipe.label);
    }
}

#[test]
fn a_redirect_uri_that_the_program_does_not_use_is_told_of() {
    let synapse = Recipe::from_id("synapse");
    let html = for_program(synapse, "https://program.example/cb", None);
    assert!(html.contains("No redirect URI of this application ends so.") && html.contains("/settings\""));
}

#[test]
fn only_an_application_that_signs_people_in_has_the_choice() {
    assert!(for_program(None, "https://a.example/cb", None).contains("id=\"program-choice\""));
    let html = page(registered(true, "https://a.example/cb"), None);
    assert!(!html.contains("program-choice"));
}
