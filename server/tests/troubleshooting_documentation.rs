//! `docs/troubleshooting.md` quotes what the server answers.

use std::time::Duration;

use crate::support::TestApp;
use crate::support::oauth::Client;

const PAGE: &str = include_str!("../../docs/troubleshooting.md");

#[track_caller]
fn assert_quoted(text: &str) {
    assert!(
        PAGE.contains(text),
        "docs/troubleshooting.md does not quote: {text}"
    );
}

#[tokio::test]
async fn client_secrets() {
    let app = TestApp::new().await;
    let (client, other) = (app.web_app().await, app.web_app().await);
    let secret = client.secret.clone().unwrap();
    let last = if secret.ends_with('x') { "y" } else { "x" };
    for wrong in [
        Some(format!("{}{last}", &secret[..42])),
        Some(secret[1..].to_owned()),
        Some(format!("{secret}x")),
        Some(format!("{secret}\n")),
        Some(format!(" {secret}")),
        other.secret,
        Some(client.id.clone()),
        None,
    ] {
        let client = Client {
            secret: wrong,
            ..client.clone()
        };
        assert_quoted(
            &app.exchange(&client, "any")
                .await
                .assert_error(401, "invalid_client"),
        );
    }
    let public = Client {
        secret: Some(secret),
        ..app.browser_app().await
    };
    assert_quoted(
        &app.exchange(&public, "any")
            .await
            .assert_error(401, "invalid_client"),
    );
}

#[tokio::test]
async fn redirect_uris() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    for (sent, words) in [
        (
            "https://myapp.com/oauth/callback/",
            "they differ by a trailing slash",
        ),
        (
            "http://myapp.com/oauth/callback",
            "they differ by the scheme (https registered, http sent)",
        ),
        (
            "https://myapp.com:8443/oauth/callback",
            "they differ by the port (none registered, 8443 sent)",
        ),
        ("https://myapp.com/oauth/callback?a=1", "they differ by the query"),
        (
            "https://myapp.com/OAuth/callback",
            "they differ by upper and lower case in the path",
        ),
    ] {
        let page = app.browser().get(&client.asks(&[("redirect_uri", sent)])).await;
        page.assert_status(400)
            .assert_text("Cannot send you back")
            .assert_text(words);
        assert_quoted(words);
    }
    let person = app.as_member().await;
    let code = person.lets_in(&client, &[]).await;
    let other = Client {
        redirect_uri: "https://myapp.com/oauth/callback/".into(),
        ..client
    };
    assert_quoted(
        &app.exchange(&other, &code)
            .await
            .assert_error(400, "invalid_grant"),
    );
}

#[tokio::test]
async fn proofs_and_codes() {
    let app = TestApp::new().await;
    let (client, other, person) = (
        app.browser_app().await,
        app.browser_app().await,
        app.as_member().await,
    );
    for changes in [
        vec![("code_challenge", ""), ("code_challenge_method", "")],
        vec![("code_challenge_method", "")],
        vec![("code_challenge_method", "plain")],
    ] {
        let answer = person.get(&client.asks(&changes)).await.callback();
        assert_returned(answer.error(), "invalid_request");
    }
    let code = person.lets_in(&client, &[]).await;
    let wrong = "v".repeat(43);
    for (verifier, error) in [(wrong.as_str(), "invalid_grant"), ("", "invalid_request")] {
        let form = client.exchanges(&code, &[("code_verifier", verifier)]);
        assert_quoted(
            &app.send_form("/oauth/token", &form)
                .await
                .assert_error(400, error),
        );
    }
    assert_quoted(
        &app.exchange(&other, &code)
            .await
            .assert_error(400, "invalid_grant"),
    );
    app.exchange(&client, &code).await.assert_status(200);
    assert_quoted(
        &app.exchange(&client, &code)
            .await
            .assert_error(400, "invalid_grant"),
    );
    let code = person.lets_in(&client, &[]).await;
    app.wait(Duration::from_secs(5 * 60 + 10));
    assert_quoted(
        &app.exchange(&client, &code)
            .await
            .assert_error(400, "invalid_grant"),
    );
}

#[tokio::test]
async fn scopes() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    for scope in ["read:posts,write:posts", "host:read:network_posts"] {
        let answer = person.get(&client.asks(&[("scope", scope)])).await.callback();
        assert_returned(answer.error(), "invalid_scope");
    }
    let answer = person
        .get(&client.asks(&[("scope", "read:courses")]))
        .await
        .callback();
    let (_, words) = answer.error();
    assert_quoted(described(&words.replace("read:courses", "write:posts")));
    let answer = person
        .get(&client.asks(&[("scope", "read:mail")]))
        .await
        .callback();
    let (_, words) = answer.error();
    let beginning = words.split_inclusive(" scopes are ").next().unwrap();
    assert_quoted(beginning);
}

#[tokio::test]
async fn applications() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let short = Client {
        id: client.id[1..].to_owned(),
        ..client.clone()
    };
    let words = "a client id has 43 characters (letters, digits, - and _); this has 42";
    person.get(&short.asks(&[])).await.assert_text(words);
    assert_quoted(words);

    app.pause(&client).await;
    let answer = person.get(&client.asks(&[])).await.callback();
    assert_returned(answer.error(), "unauthorized_client");

    app.delete(&client).await;
    let words = "No application is registered here with the client_id of this link. It may have been deleted, or the link may be meant for another network.";
    person
        .get(&client.asks(&[]))
        .await
        .assert_status(400)
        .assert_text(words);
    assert_quoted(words);
    assert_quoted(
        &app.exchange(&client, "any")
            .await
            .assert_error(401, "invalid_client"),
    );
}

/// Checks an error that came to the redirect URI.
#[track_caller]
fn assert_returned((error, words): (&str, &str), expected: &str) {
    assert_eq!(error, expected, "{words}");
    assert_quoted(described(words));
}

/// A description without the request id at its end.
fn described(words: &str) -> &str {
    words.rsplit_once(" (request ").unwrap().0
}
