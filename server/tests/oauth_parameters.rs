//! How the endpoints treat parameters and credentials, where the RFCs say the same for all of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::Value;

use crate::support::oauth::{Client, Form, web_app};
use crate::support::{Answer, TestApp};

const ENDPOINTS: [&str; 3] = ["/oauth/token", "/oauth/revoke", "/oauth/introspect"];

fn with(form: &Form, more: &[(&str, &str)]) -> Form {
    let more = more
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    form.iter().cloned().chain(more).collect()
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap()
}

/// The form with which a client calls one of [`ENDPOINTS`].
fn form_for(endpoint: &str, client: &Client, tokens: &Value) -> Form {
    match endpoint {
        "/oauth/token" => client.refreshes(text(tokens, "refresh_token")),
        _ => client.names(text(tokens, "access_token")),
    }
}

/// The same form with the credentials in the header.
async fn by_basic(app: &TestApp, endpoint: &str, client: &Client, form: &Form) -> Answer {
    let pair = format!("{}:{}", client.id, client.secret.as_deref().unwrap());
    let mut form = form.clone();
    form.retain(|(name, _)| !name.starts_with("client_"));
    let program = app.browser();
    let request = program
        .bare(Method::POST, endpoint)
        .header("authorization", format!("Basic {}", STANDARD.encode(pair)))
        .form(&form);
    program.send(request).await
}

#[tokio::test]
async fn what_is_unknown_is_ignored() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let unknown = "nonce=1&max_age=9&audience=https%3A%2F%2Fx.example&latchkey=1&latchkey=2";
    person
        .get(&format!("{}&{unknown}", client.asks(&[])))
        .await
        .assert_status(200);
    let more = [("latchkey", "1"), ("latchkey", "2"), ("audience", "x")];
    let code = person.lets_in(&client, &[]).await;
    let tokens = app
        .send_form("/oauth/token", &with(&client.exchanges(&code, &[]), &more))
        .await
        .assert_status(200)
        .json();
    let names = with(&client.names(text(&tokens, "access_token")), &more);
    let told = app.send_form("/oauth/introspect", &names).await.json();
    assert_eq!(told["active"], true);
    let refresh = with(&client.refreshes(text(&tokens, "refresh_token")), &more);
    app.send_form("/oauth/token", &refresh).await.assert_status(200);
    app.send_form("/oauth/revoke", &names).await.assert_status(200);
    app.userinfo(&tokens).await.assert_status(401);
}

#[tokio::test]
async fn what_is_empty_counts_as_left_out() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    // Without `scope`, everything that the member may grant is requested.
    let host = app.as_host().await;
    let link = format!(
        "{}&scope=&prompt=&response_mode=&request=",
        client.asks(&[("scope", "")])
    );
    host.get(&link)
        .await
        .assert_status(200)
        .assert_text("value=\"read:posts\"")
        .assert_text("value=\"host:read:network_events\"");
    let missing = format!("{}&response_type=", client.asks(&[("response_type", "")]));
    assert_eq!(person.get(&missing).await.callback().error().0, "invalid_request");

    let tokens = app.connect(&client, &person).await;
    let refresh = client.refreshes(text(&tokens, "refresh_token"));
    let next = app
        .send_form("/oauth/token", &with(&refresh, &[("scope", ""), ("code", "")]))
        .await
        .assert_status(200)
        .json();
    assert_eq!(next["scope"], "read:posts write:posts");
    for endpoint in ["/oauth/revoke", "/oauth/introspect"] {
        app.send_form(endpoint, &client.names(""))
            .await
            .assert_error(400, "invalid_request");
    }
    let public = app.browser_app().await;
    let code = person.lets_in(&public, &[]).await;
    let form = with(&public.exchanges(&code, &[]), &[("client_secret", "")]);
    app.send_form("/oauth/token", &form).await.assert_status(200);
}

#[tokio::test]
async fn what_comes_twice_is_refused_everywhere() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    for endpoint in ENDPOINTS {
        let form = form_for(endpoint, &client, &tokens);
        for (name, value) in &form {
            for again in [value.as_str(), "", "another"] {
                let words = app
                    .send_form(endpoint, &with(&form, &[(name, again)]))
                    .await
                    .assert_error(400, "invalid_request");
                assert!(
                    words.contains(name) && words.contains("more than once"),
                    "{words}"
                );
            }
        }
    }
    app.userinfo(&tokens).await.assert_status(200);
}

#[tokio::test]
async fn a_wrong_hint_is_no_hindrance() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    for token in ["access_token", "refresh_token"] {
        for hint in ["access_token", "refresh_token", "id_token", "nonsense"] {
            let tokens = app.connect(&client, &person).await;
            let form = with(&client.names(text(&tokens, token)), &[("token_type_hint", hint)]);
            let told = app.send_form("/oauth/introspect", &form).await;
            assert_eq!(told.assert_status(200).json()["active"], true, "{token} {hint}");
            app.send_form("/oauth/revoke", &form).await.assert_status(200);
            app.userinfo(&tokens).await.assert_status(401);
        }
    }
}

#[tokio::test]
async fn http_basic_works_wherever_a_client_authenticates() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let tokens = by_basic(&app, "/oauth/token", &client, &client.exchanges(&code, &[]))
        .await
        .assert_status(200)
        .json();
    for endpoint in ["/oauth/introspect", "/oauth/token", "/oauth/revoke"] {
        let form = form_for(endpoint, &client, &tokens);
        by_basic(&app, endpoint, &client, &form).await.assert_status(200);
    }
    app.userinfo(&tokens).await.assert_status(401);
}

#[tokio::test]
async fn a_wrong_secret_is_told_the_scheme_to_use_wherever_a_client_authenticates() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    let wrong = Client {
        id: client.id.clone(),
        secret: Some("x".repeat(43)),
        redirect_uri: client.redirect_uri.clone(),
    };
    for endpoint in ENDPOINTS {
        let form = form_for(endpoint, &wrong, &tokens);
        for answer in [
            by_basic(&app, endpoint, &wrong, &form).await,
            app.send_form(endpoint, &form).await,
        ] {
            answer.assert_error(401, "invalid_client");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with("Basic realm="), "{challenge}");
        }
    }
    app.userinfo(&tokens).await.assert_status(200);
}

#[tokio::test]
async fn credentials_in_the_address_count_for_nothing() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    for endpoint in ENDPOINTS {
        let (credentials, rest): (Form, Form) = form_for(endpoint, &client, &tokens)
            .into_iter()
            .partition(|(name, _)| name.starts_with("client_"));
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(credentials)
            .finish();
        app.send_form(&format!("{endpoint}?{query}"), &rest)
            .await
            .assert_error(401, "invalid_client");
    }
    app.userinfo(&tokens).await.assert_status(200);
}

#[tokio::test]
async fn scopes_have_no_order_but_case() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    for scope in [
        "write:posts read:posts",
        "read:posts write:posts",
        "read:posts write:posts read:posts",
    ] {
        let tokens = app.connect_for(&client, &person, scope).await;
        assert_eq!(tokens["scope"], "read:posts write:posts");
    }
    for scope in ["Read:posts", "READ:POSTS", "read:posts,write:posts"] {
        let answer = person.get(&client.asks(&[("scope", scope)])).await;
        assert_eq!(answer.callback().error().0, "invalid_scope", "{scope}");
    }
}

#[tokio::test]
async fn white_space_of_any_kind_separates_scopes() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    for between in ["  ", "\n", "\r\n", "\t", "\u{a0}", " \u{200b} ", "\u{3000}"] {
        let scope = format!("{between}read:posts{between}write:posts{between}");
        let page = person
            .get(&client.asks(&[("scope", &scope), ("prompt", "consent")]))
            .await;
        page.assert_status(200);
        let code = person.allow(&page, "read:posts write:posts").await.callback();
        let exchange = client.exchanges(&code.code(), &[]);
        let tokens = app.send_form("/oauth/token", &exchange).await;
        let tokens = tokens.assert_status(200).json();
        assert_eq!(tokens["scope"], "read:posts write:posts", "{scope:?}");
        let refresh = client.refreshes(text(&tokens, "refresh_token"));
        let refresh = with(&refresh, &[("scope", &format!("write:posts{between}"))]);
        let narrowed = app.send_form("/oauth/token", &refresh).await;
        let narrowed = narrowed.assert_status(200).json();
        assert_eq!(narrowed["scope"], "write:posts", "{scope:?}");
        let refresh = client.refreshes(text(&narrowed, "refresh_token"));
        let all = app
            .send_form("/oauth/token", &with(&refresh, &[("scope", between)]))
            .await;
        let all = all.assert_status(200).json();
        assert_eq!(
            all["scope"], "read:posts write:posts",
            "white space alone narrows nothing"
        );
    }
}

#[tokio::test]
async fn other_signs_between_scopes_are_told() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    for scope in [
        "read:posts,write:posts",
        "read:posts, write:posts",
        "read:posts;write:posts",
        "read:posts+write:posts",
    ] {
        let callback = person.get(&client.asks(&[("scope", scope)])).await.callback();
        let (error, words) = callback.error();
        assert_eq!(error, "invalid_scope");
        assert!(words.contains("scopes are separated by spaces"), "{words}");
        let refresh = client.refreshes(text(&tokens, "refresh_token"));
        let refused = app
            .send_form("/oauth/token", &with(&refresh, &[("scope", scope)]))
            .await;
        let words = refused.assert_error(400, "invalid_scope");
        assert!(words.contains("scopes are separated by spaces"), "{words}");
    }
}

#[tokio::test]
async fn what_a_request_cannot_have_is_left_out_and_a_host_reads_it() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let asked = "address offline_access read:posts write:chats read:courses";
    let tokens = app.connect_for(&client, &person, asked).await;
    assert_eq!(tokens["scope"], "read:posts");
    let log = app.activity(&client).await;
    let (_, message) = log
        .iter()
        .find(|(_, message)| message.starts_with("Authorized for read:posts"))
        .unwrap();
    for words in [
        "Left out: `address`, `write:chats`, which are not scopes of this network.",
        "Left out: `scope` has read:courses, which is not registered for this application",
    ] {
        assert!(message.contains(words), "{message}");
    }
    // Many clients ask for the same again when they refresh.
    let refresh = client.refreshes(text(&tokens, "refresh_token"));
    let again = app
        .send_form("/oauth/token", &with(&refresh, &[("scope", asked)]))
        .await;
    assert_eq!(again.assert_status(200).json()["scope"], "read:posts");
}

#[tokio::test]
async fn an_unknown_scope_is_answered_with_those_that_there_are() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    for scope in ["write:chats", "host:write:posts write:profile"] {
        let callback = person.get(&client.asks(&[("scope", scope)])).await.callback();
        let (error, words) = callback.error();
        assert_eq!(error, "invalid_scope");
        let unknown = scope.split(' ').next().unwrap();
        assert!(
            words.starts_with(&format!("`{unknown}` is not a scope")),
            "{words}"
        );
        for known in [
            "host:read:network_events",
            "read:network",
            "write:comments",
            "docs/integrating.md",
        ] {
            assert!(words.contains(known), "{words}");
        }
    }
}

#[tokio::test]
async fn what_the_protected_resource_lists_any_member_can_grant() {
    let app = TestApp::new().await;
    let person = app.as_member().await;
    for path in ["", "/networks/my-community/graphql"] {
        let document = app
            .browser()
            .get(&format!("/.well-known/oauth-protected-resource{path}"))
            .await
            .json();
        let listed: Vec<_> = document["scopes_supported"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap())
            .collect();
        let mut draft = web_app();
        draft.scopes = listed.iter().map(|&id| id.to_owned()).collect();
        let client = app.register(draft).await;
        let tokens = app.connect_for(&client, &person, &listed.join(" ")).await;
        assert_eq!(tokens["scope"], listed.join(" "));
    }
}

#[tokio::test]
async fn advice_names_what_was_asked_for_and_who_can_grant_it() {
    let app = TestApp::new().await;
    let mut draft = web_app();
    draft.scopes = vec!["read:posts".to_owned()];
    let client = app.register(draft).await;
    let person = app.as_member().await;
    let asked = "read:courses host:read:network_posts";
    let callback = person.get(&client.asks(&[("scope", asked)])).await.callback();
    let (error, words) = callback.error();
    assert_eq!(error, "invalid_scope");
    assert!(
        words.contains("`scope` has read:courses, which is not registered"),
        "{words}"
    );
    assert!(words.contains("host:read:network_posts, which is not registered for this application and which only hosts can grant"), "{words}");
    let log = app.activity(&client).await;
    let (_, message) = log.iter().find(|(succeeded, _)| !succeeded).unwrap();
    assert!(message.contains("only hosts can grant"), "{message}");
    for other in [
        "read:search",
        "read:userinfo",
        "write:posts",
        "host:read:network_plans",
    ] {
        assert!(!message.contains(other), "{other}: {message}");
    }
}

/// RFC 6749 appendix A.8 and RFC 6750 section 3: printable ASCII without `"` and `\`.
#[track_caller]
fn assert_plain(words: &str) {
    let plain = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    assert!(!words.is_empty() && words.chars().all(plain), "{words:?}");
}

#[tokio::test]
async fn descriptions_have_only_the_characters_that_they_may_have() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let odd = "\"quoted\" \\ ümläut \u{7} \r\n“x” 日本";
    let callback = person.get(&client.asks(&[("scope", odd)])).await.callback();
    let (error, words) = callback.error();
    assert_eq!(error, "invalid_scope");
    assert_plain(words);
    let tokens = app.connect(&client, &person).await;
    let refresh = with(
        &client.refreshes(text(&tokens, "refresh_token")),
        &[("scope", odd)],
    );
    assert_plain(
        &app.send_form("/oauth/token", &refresh)
            .await
            .assert_error(400, "invalid_scope"),
    );
    let code = client.exchanges(odd, &[]);
    assert_plain(
        &app.send_form("/oauth/token", &code)
            .await
            .assert_error(400, "invalid_grant"),
    );
    let program = app.browser();
    let request = program
        .bare(Method::GET, "/oauth/userinfo")
        .bearer_auth("\"a\\b\"");
    let answer = program.send(request).await;
    answer.assert_error(401, "invalid_token");
    let challenge = answer.header("www-authenticate");
    for name in ["realm", "error", "error_description"] {
        assert_eq!(
            challenge.matches(&format!(" {name}=\"")).count(),
            1,
            "{challenge}"
        );
    }
    assert_plain(&challenge.replace('"', ""));
    assert_eq!(challenge.matches('"').count(), 8, "{challenge}");
}

#[tokio::test]
async fn a_client_of_oauth_2_1_exchanges_its_code_without_a_redirect_uri() {
    let app = TestApp::new().await;
    let person = app.as_member().await;
    for client in [app.web_app().await, app.browser_app().await] {
        let code = person.lets_in(&client, &[]).await;
        let other = client.exchanges(&code, &[("redirect_uri", "https://evil.example/")]);
        app.send_form("/oauth/token", &other)
            .await
            .assert_error(400, "invalid_grant");
        let without = client.exchanges(&code, &[("redirect_uri", "")]);
        app.send_form("/oauth/token", &without).await.assert_status(200);
    }
}
