//! The server deletes expired records, by a clock moved by hand.

use std::time::Duration;

use latchkey_domain::TimeSpan;
use latchkey_oauth::Lifetimes;
use latchkey_server::housekeeping::{Pace, Purged, Rules, purge};

use crate::support::TestApp;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn run(app: &TestApp) -> Purged {
    run_by(app, Rules::default()).await
}

async fn run_by(app: &TestApp, rules: Rules) -> Purged {
    let store = &*app.instance.store;
    purge(store, rules, app.instance.clock.now(), Pace::at_once())
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
    let deleted = run(&app).await;
    assert_eq!(deleted.grants, 1, "the code that nobody redeemed");
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
    assert!(words.contains("no longer works"), "{words}");
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
    assert_eq!(run(&app).await, Purged::default());
    app.wait(DAY * 100);
    let deleted = run(&app).await;
    assert_eq!((deleted.sessions, deleted.grants), (2, 1));
    assert!(deleted.activity >= 2);
    assert_eq!(app.activity(&client).await, []);
    assert_eq!(app.instance.store.audit(100).await.unwrap(), before);
    assert_eq!(run(&app).await, Purged::default());
}

/// With short lifetimes, records expire and are deleted earlier, but not too early.
#[tokio::test]
async fn what_is_forgotten_follows_from_the_lifetimes() {
    let minute = Duration::from_secs(60);
    let [code, access_token, refresh_token] =
        [TimeSpan::minutes(1), TimeSpan::minutes(2), TimeSpan::minutes(5)];
    let lifetimes = Lifetimes::new(code, access_token, refresh_token, TimeSpan::days(1)).unwrap();
    let app = TestApp::with_lifetimes(lifetimes).await;
    let rules = Rules {
        ended: minute,
        refresh_tokens: refresh_token.duration(),
        ..Rules::default()
    };
    let client = app.web_app().await;
    let member = app.as_member().await;
    let tokens = app.connect(&client, &member).await;
    assert_eq!(tokens["expires_in"], 120);
    let (in_time, late) = (
        member.lets_in(&client, &[]).await,
        member.lets_in(&client, &[]).await,
    );

    app.wait(minute.saturating_sub(Duration::from_secs(1)));
    app.exchange(&client, &in_time).await.assert_status(200);
    app.wait(Duration::from_secs(1));
    app.exchange(&client, &late)
        .await
        .assert_error(400, "invalid_grant");
    app.userinfo(&tokens).await.assert_status(200);
    app.wait(minute);
    app.userinfo(&tokens).await.assert_status(401);
    assert_eq!(run_by(&app, rules).await.grants, 0);
    app.wait(Duration::from_secs(1));
    assert_eq!(
        run_by(&app, rules).await.grants,
        1,
        "the code that was late, a minute after it ended"
    );

    // Two minutes and a second have passed since the newest tokens of one grant, and almost a minute less since those
    // of the other.
    let refreshed = app.refresh(&client, &tokens).await.assert_status(200).json();
    app.wait(minute * 4);
    assert_eq!(run_by(&app, rules).await.grants, 0);
    app.wait(minute);
    app.refresh(&client, &refreshed)
        .await
        .assert_error(400, "invalid_grant");
    assert_eq!(
        run_by(&app, rules).await.grants,
        1,
        "six minutes after its only tokens"
    );
    app.wait(minute);
    assert_eq!(run_by(&app, rules).await.grants, 0);
    app.wait(Duration::from_secs(1));
    assert_eq!(
        run_by(&app, rules).await.grants,
        1,
        "six minutes after it was refreshed"
    );
}

#[test]
fn little_is_kept_by_looking_often() {
    let every = |ended| {
        Rules {
            ended,
            ..Rules::default()
        }
        .every()
    };
    assert_eq!(every(Duration::from_secs(60)), Duration::from_secs(60));
    assert_eq!(every(Duration::from_secs(3_601)), Duration::from_secs(3_600));
    assert_eq!(Rules::default().every(), Duration::from_secs(3_600));
}
