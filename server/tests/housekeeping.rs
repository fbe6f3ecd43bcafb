//! The server forgets what nobody can use any more, by a clock that is moved by hand.

use std::time::Duration;

use latchkey_server::housekeeping::{Forgotten, Rules, tidy};

use crate::support::TestApp;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn run(app: &TestApp) -> Forgotten {
    let rules = Rules::with_activity_days(90);
    let store = &*app.instance.store;
    tidy(store, rules, app.instance.clock.now(), Duration::ZERO)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_can_still_be_presented_is_recognised_and_afterwards_refused_alike() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let member = app.as_member().await;
    let tokens = app.connect(&client, &member).await;
    let replayed = member.lets_in(&client, &[]).await;
    let stolen = app.exchange(&client, &replayed).await.assert_status(200).json();
    app.exchange(&client, &replayed)
        .await
        .assert_error(400, "invalid_grant");
    let unredeemed = member.lets_in(&client, &[]).await;

    app.wait(DAY * 2);
    let forgotten = run(&app).await;
    assert_eq!(forgotten.grants, 1, "the code that nobody redeemed");
    app.exchange(&client, &unredeemed)
        .await
        .assert_error(400, "invalid_grant");
    let words = app
        .refresh(&client, &stolen)
        .await
        .assert_error(400, "invalid_grant");
    assert!(
        words.contains("presented a second time"),
        "the replay is remembered: {words}"
    );
    app.exchange(&client, &replayed)
        .await
        .assert_error(400, "invalid_grant");

    // On the last day, a refresh still works and keeps the grant.
    app.wait(DAY * 87);
    assert_eq!(run(&app).await.grants, 0);
    let refreshed = app.refresh(&client, &tokens).await.assert_status(200).json();
    app.wait(DAY * 3);
    assert_eq!(run(&app).await.grants, 1, "the one that was replayed");
    let words = app
        .refresh(&client, &stolen)
        .await
        .assert_error(400, "invalid_grant");
    assert!(words.contains("gone"), "{words}");
    app.exchange(&client, &replayed)
        .await
        .assert_error(400, "invalid_grant");
    app.userinfo(&stolen).await.assert_status(401);
    let names = client.names(stolen["refresh_token"].as_str().unwrap());
    assert_eq!(
        app.send_form("/oauth/introspect", &names).await.json()["active"],
        false
    );
    app.send_form("/oauth/revoke", &names).await.assert_status(200);
    app.refresh(&client, &refreshed).await.assert_status(200);
}

#[tokio::test]
async fn sessions_and_old_activity_go_and_the_audit_trail_stays() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let member = app.as_member().await;
    app.connect(&client, &member).await;
    let host = app.as_host().await;
    host.get("/admin/audit").await.assert_status(200);
    let before = app.instance.store.audit(100).await.unwrap();
    assert_eq!(run(&app).await, Forgotten::default());
    app.wait(DAY * 100);
    let forgotten = run(&app).await;
    assert_eq!((forgotten.sessions, forgotten.grants), (2, 1));
    assert!(forgotten.activity >= 2);
    assert_eq!(app.activity(&client).await, []);
    assert_eq!(app.instance.store.audit(100).await.unwrap(), before);
    assert_eq!(run(&app).await, Forgotten::default());
}
