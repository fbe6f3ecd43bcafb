//! The longest allowed `state` comes back whole, and no header on the way is longer than proxies accept.

use crate::support::{PASSWORD, TestApp};

/// The text added to the request on its way to the sign-in page.
const ADDED: usize = 200;

fn states() -> [String; 5] {
    [
        "x".repeat(4_096),
        // A signed token, with base64 characters that must be encoded.
        "aB3+/=".repeat(682),
        // JSON.
        "{\"a\":\"b c&d=e%f\"}".repeat(227),
        // Every character must be encoded in a query.
        "%&=+#\"<>".repeat(512),
        "🔑".repeat(1_024),
    ]
}

#[tokio::test]
async fn it_is_carried_once_and_arrives() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    for state in states() {
        let person = app.browser();
        let link = client.asks(&[("state", &state)]);
        let start = person.get(&link).await;
        let sign_in = start.assert_status(303).header("location").to_owned();
        assert!(
            sign_in.len() <= link.len() + ADDED,
            "{} from {}",
            sign_in.len(),
            link.len()
        );

        let page = person.get(&sign_in).await;
        page.assert_status(200)
            .assert_text("to continue to <strong>Mobile App</strong>");
        let hidden = page.hidden("/sign-in");
        let form = [
            ("email", "member@example.com"),
            ("password", PASSWORD),
            ("return_to", &hidden[0].1),
        ];
        let signed_in = person.post("/sign-in", &form).await;
        let back = signed_in.assert_status(303).header("location").to_owned();
        assert!(back.len() <= link.len() + ADDED);

        let consent = person.get(&back).await;
        let answer = person.allow(&consent, "read:posts").await;
        let callback = answer.callback();
        assert_eq!(callback.get("state"), Some(state.as_str()));
        callback.code();
        assert!(answer.header("location").len() <= 16 * 1_024);
    }
}

#[tokio::test]
async fn who_has_to_sign_in_again_has_it_too() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let person = app.as_member().await;
    let state = "🔑".repeat(1_024);
    let link = client.asks(&[("state", &state), ("prompt", "login")]);
    app.wait(std::time::Duration::from_secs(60));
    let start = person.get(&link).await;
    let sign_in = start.assert_status(303).header("location").to_owned();
    assert!(
        sign_in.starts_with("/sign-in?again=true&return_to=/oauth/authorize?"),
        "{sign_in}"
    );
    let page = person.get(&sign_in).await;
    let form = [
        ("email", "member@example.com"),
        ("password", PASSWORD),
        ("return_to", &page.hidden("/sign-in")[0].1),
    ];
    let signed_in = person.post("/sign-in", &form).await;
    let consent = person.get(signed_in.assert_status(303).header("location")).await;
    let callback = person.allow(&consent, "read:posts").await.callback();
    assert_eq!(callback.get("state"), Some(state.as_str()));
}
