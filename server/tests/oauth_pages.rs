//! The pages on which people grant access: never framed by another site, and without content from elsewhere (RFC 9700
//! sections 4.2.4 and 4.16).

use crate::support::{Answer, TestApp, assert_sound};

/// Every page of the flow, including errors.
async fn pages(app: &TestApp) -> Vec<Answer> {
    let (client, person) = (app.web_app().await, app.as_member().await);
    let link = client.asks(&[]);
    let encoded: String = form_urlencoded::byte_serialize(link.as_bytes()).collect();
    let consent = person.get(&link).await;
    let wrong = [
        ("email", "member@example.com"),
        ("password", "no"),
        ("return_to", &link),
    ];
    vec![
        app.browser().get(&format!("/sign-in?return_to={encoded}")).await,
        app.browser().post("/sign-in", &wrong).await,
        person.allow(&consent, "").await,
        consent,
        person
            .get(&client.asks(&[("redirect_uri", "https://evil.example/")]))
            .await,
        person.get("/oauth/authorize").await,
        person.get("/account/connected-apps").await,
    ]
}

#[tokio::test]
async fn cannot_be_framed() {
    let app = TestApp::new().await;
    for page in pages(&app).await {
        assert_sound(&page);
        assert_eq!(page.header("x-frame-options"), "DENY");
        let policy = page.header("content-security-policy");
        assert_eq!(policy.matches("frame-ancestors 'none'").count(), 1, "{policy}");
    }
}

#[tokio::test]
async fn have_nothing_from_elsewhere_on_them_and_tell_no_other_site_where_one_was() {
    let app = TestApp::new().await;
    for page in pages(&app).await {
        assert_eq!(page.header("referrer-policy"), "same-origin");
        let mut addresses = 0;
        for name in [" src=\"", " href=\"", " action=\"", " srcset=\"", " poster=\""] {
            for value in page.text.split(name).skip(1) {
                addresses += 1;
                assert!(
                    value.starts_with('/') && !value.starts_with("//") || value.starts_with('#'),
                    "{name}{}",
                    value.split('"').next().unwrap()
                );
            }
        }
        assert!(addresses > 0, "{}", page.text);
    }
}
