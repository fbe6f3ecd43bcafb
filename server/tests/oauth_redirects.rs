//! Where browsers are sent: exactly to a registered redirect URI, or nowhere (RFC 9700 sections 4.1 and 4.11).

use latchkey_domain::ApplicationDraft;

use crate::support::oauth::{Client, browser_app, web_app};
use crate::support::{PASSWORD, TestApp, assert_sound};

/// URIs that could be mistaken for `https://myapp.com/oauth/callback`.
const LOOKALIKES: [&str; 62] = [
    // The path
    "https://myapp.com/oauth/callback/../../evil",
    "https://myapp.com/oauth/callback/..%2f..%2fevil",
    "https://myapp.com/oauth/callback/%2e%2e/evil",
    "https://myapp.com/oauth/./callback",
    "https://myapp.com//oauth/callback",
    "https://myapp.com/oauth//callback",
    "https://myapp.com/x/../oauth/callback",
    "https://myapp.com/oauth/callback;evil",
    "https://myapp.com/oauth/callback/",
    "https://myapp.com/oauth/callback.evil",
    "https://myapp.com/oauth",
    "https://myapp.com",
    // Percent-encodings
    "https://myapp.com/oauth%2Fcallback",
    "https://myapp.com/%6fauth/callback",
    "https://myapp.com/oauth/callback%00",
    "https://myapp.com/oauth/callback%0d%0aSet-Cookie:%20a=b",
    "https://myapp.com/oauth/callback%20",
    "https://myapp.com/oauth/callback%2523",
    "https://myapp%2ecom/oauth/callback",
    "https%3A%2F%2Fmyapp.com%2Foauth%2Fcallback",
    // The authority
    "https://myapp.com@evil.example/oauth/callback",
    "https://myapp.com:443@evil.example/oauth/callback",
    "https://myapp.com%40evil.example/oauth/callback",
    "https://evil.example@myapp.com/oauth/callback",
    "https://@myapp.com/oauth/callback",
    "https://:@myapp.com/oauth/callback",
    "https://evil.example\\@myapp.com/oauth/callback",
    "https://myapp.com\\evil.example/oauth/callback",
    "https://evil.example#@myapp.com/oauth/callback",
    "https://evil.example?@myapp.com/oauth/callback",
    "https://evil.example/https://myapp.com/oauth/callback",
    "https://myapp.com.evil.example/oauth/callback",
    "https://evilmyapp.com/oauth/callback",
    "https://www.myapp.com/oauth/callback",
    "https://myapp.com./oauth/callback",
    "https://[::ffff:192.0.2.1]/oauth/callback",
    // Ports
    "https://myapp.com:443/oauth/callback",
    "https://myapp.com:/oauth/callback",
    "https://myapp.com:0443/oauth/callback",
    "https://myapp.com:8443/oauth/callback",
    // Case
    "HTTPS://myapp.com/oauth/callback",
    "https://MyApp.com/oauth/callback",
    "https://myapp.com/OAuth/callback",
    // Names that look alike: Cyrillic, full width, an ideographic full stop, a soft hyphen, punycode
    "https://mуapp.com/oauth/callback",
    "https://ｍyapp.com/oauth/callback",
    "https://myapp。com/oauth/callback",
    "https://my\u{ad}app.com/oauth/callback",
    "https://xn--mapp-1ve.com/oauth/callback",
    // Query and fragment
    "https://myapp.com/oauth/callback?",
    "https://myapp.com/oauth/callback?next=//evil.example",
    "https://myapp.com/oauth/callback&next=evil",
    "https://myapp.com/oauth/callback#",
    "https://myapp.com/oauth/callback#/evil",
    // The scheme
    "http://myapp.com/oauth/callback",
    "//myapp.com/oauth/callback",
    "/oauth/callback",
    "https:/myapp.com/oauth/callback",
    "https:///myapp.com/oauth/callback",
    "javascript:alert(1)//https://myapp.com/oauth/callback",
    "data:text/html,<script>1</script>",
    // Blanks
    " https://myapp.com/oauth/callback",
    "https://myapp.com/oauth/callback\n",
];

/// URIs that could be mistaken for `http://127.0.0.1/cb` or `http://[::1]/cb`, at any port.
const LOOPBACK_LOOKALIKES: [&str; 22] = [
    "http://127.0.0.1:80@evil.example/cb",
    "http://127.0.0.1@evil.example/cb",
    "http://127.0.0.1.evil.example/cb",
    "http://127.0.0.1:1.evil.example/cb",
    "http://127.1/cb",
    "http://2130706433/cb",
    "http://0x7f000001/cb",
    "http://0177.0.0.1/cb",
    "http://127.0.0.2/cb",
    "http://0.0.0.0/cb",
    "http://localhost/cb",
    "http://localhost:1/cb",
    "https://127.0.0.1/cb",
    "http://127.0.0.1:99999/cb",
    "http://127.0.0.1:/cb",
    "http://127.0.0.1:1/cb/",
    "http://127.0.0.1:1/cb?a=1",
    "http://127.0.0.1:1/x/../cb",
    "http://[::ffff:127.0.0.1]/cb",
    "http://[0:0:0:0:0:0:0:1]/cb",
    "http://[::1%25eth0]/cb",
    "http://[::1]:1@evil.example/cb",
];

/// Each of them gets an error page, signed in or not, and the registered ones work.
async fn assert_only(app: &TestApp, client: &Client, registered: &[&str], lookalikes: &[&str]) {
    let (person, nobody) = (app.as_member().await, app.browser());
    for uri in lookalikes {
        let link = client.asks(&[("redirect_uri", uri)]);
        for browser in [&person, &nobody] {
            let answer = browser.get(&link).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("location")),
                (400, ""),
                "{uri}"
            );
            assert_sound(&answer);
        }
        // The sign-in page does not trust it either.
        let encoded: String = form_urlencoded::byte_serialize(link.as_bytes()).collect();
        let sign_in = nobody.get(&format!("/sign-in?return_to={encoded}")).await;
        let policy = sign_in.header("content-security-policy");
        assert!(policy.contains("form-action 'self';"), "{uri}: {policy}");
    }
    for uri in registered {
        let page = person.get(&client.asks(&[("redirect_uri", uri)])).await;
        let callback = person.allow(&page, "read:posts").await.callback();
        assert_eq!(callback.address, *uri);
    }
}

#[tokio::test]
async fn nothing_but_the_registered_address_is_redirected_to() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    assert_only(&app, &client, &["https://myapp.com/oauth/callback"], &LOOKALIKES).await;
}

#[tokio::test]
async fn of_a_loopback_address_the_port_is_free_and_nothing_else() {
    let app = TestApp::new().await;
    let client = app
        .register(ApplicationDraft {
            redirect_uris: "http://127.0.0.1/cb\nhttp://[::1]/cb".into(),
            ..browser_app()
        })
        .await;
    let registered = [
        "http://127.0.0.1/cb",
        "http://127.0.0.1:49152/cb",
        "http://[::1]:49152/cb",
    ];
    assert_only(&app, &client, &registered, &LOOPBACK_LOOKALIKES).await;
    let client = app
        .register(ApplicationDraft {
            redirect_uris: "http://localhost/cb".into(),
            ..browser_app()
        })
        .await;
    let registered = ["http://localhost/cb", "http://localhost:49152/cb"];
    let others = [
        "http://localhost.evil.example/cb",
        "http://localhost:1@evil.example/cb",
        "http://localhost:1/cb/",
        "http://127.0.0.1:1/cb",
        "https://localhost:1/cb",
    ];
    assert_only(&app, &client, &registered, &others).await;
}

#[tokio::test]
async fn what_leads_astray_cannot_be_registered() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for uri in [
        "http://myapp.com/cb",
        "https://*.myapp.com/cb",
        "https://myapp.com/cb#here",
        "https://user@myapp.com/cb",
        "https://myapp.com/a/../b",
        "https://myapp.com/cb?state=1",
        "/cb",
        "ms-settings:cb",
        "javascript:alert(1)",
    ] {
        let draft = serde_json::json!({ "draft": {
            "name": "App",
            "redirect_uris": uri,
            "scopes": ["read:posts"],
            "confidential": true,
            "skip_consent": false,
        } });
        let answer = host.call("applications/create", &draft).await;
        answer.assert_text("redirect").assert_no_text("client_id");
        assert_ne!(answer.status, 200, "{uri}");
    }
}

#[tokio::test]
async fn every_redirect_of_the_flow_is_a_303_that_leaves_the_form_behind() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let person = app.browser();
    let link = client.asks(&[]);
    let to_sign_in = person.get(&link).await;
    let form = [
        ("email", "member@example.com"),
        ("password", PASSWORD),
        ("return_to", &link),
    ];
    let signed_in = person.post("/sign-in", &form).await;
    let page = person.get(&link).await;
    let denied = person.deny(&page).await;
    let allowed = person.allow(&page, "read:posts").await;
    let refused = person.get(&client.asks(&[("scope", "nonsense")])).await;
    for answer in [to_sign_in, signed_in, denied, allowed, refused] {
        answer.assert_status(303);
        assert!(!answer.header("location").contains("password"));
        assert!(!answer.header("location").contains(PASSWORD));
    }
}

#[tokio::test]
async fn a_link_alone_sends_nobody_to_an_application_not_even_with_an_error() {
    let app = TestApp::new().await;
    let client = app
        .register(ApplicationDraft {
            skip_consent: true,
            ..web_app()
        })
        .await;
    for change in [("scope", "nonsense"), ("response_type", "token"), ("prompt", "")] {
        let answer = app.browser().get(&client.asks(&[change])).await;
        let location = answer.assert_status(303).header("location");
        assert!(location.starts_with("/sign-in?"), "{location}");
    }
}

#[tokio::test]
async fn signing_out_leads_to_this_site_only() {
    let app = TestApp::new().await;
    for elsewhere in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
    ] {
        let member = app.as_member().await;
        let answer = member.post("/sign-out", &[("return_to", elsewhere)]).await;
        answer.assert_redirect("/sign-in");
    }
}
