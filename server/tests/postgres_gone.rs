//! The database goes away and comes back while a node runs: clear answers in the meantime, and no restart.

use std::time::{Duration, Instant};

use latchkey_testing::postgres::PrivateServer;

use crate::support::{Nodes, PASSWORD};

/// Longer than any answer may take; what takes longer hangs.
const IN_TIME: Duration = Duration::from_secs(15);

#[tokio::test]
async fn requests_are_refused_in_time_and_work_again_without_a_restart() {
    let server = PrivateServer::start();
    let Nodes { one, other } = Nodes::on(&server.database()).await;
    let (client, person) = (one.web_app().await, one.as_member().await);
    let tokens = one.connect(&client, &person).await;
    one.browser().get("/readyz").await.assert_status(200);

    server.stop();
    let begun = Instant::now();
    for node in [&one, &other] {
        let answer = node.browser().get("/readyz").await;
        answer.assert_status(503);
        assert_eq!(answer.json()["database"], "does not answer");
        node.browser().get("/healthz").await.assert_status(200);
        // Nobody is told that a token is bad when nobody could look.
        let answer = node.userinfo(&tokens).await;
        assert!(answer.status.is_server_error(), "{answer:?}");
        let answer = node.refresh(&client, &tokens).await;
        assert!(answer.status.is_server_error(), "{answer:?}");
        assert!(answer.json()["error"].is_string(), "{answer:?}");
        let answer = node.browser().sign_in("member@example.com", PASSWORD).await;
        assert!(answer.status.is_server_error(), "{answer:?}");
        assert!(!answer.text.contains("postgres"), "{answer:?}");
    }
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());

    server.start_again();
    for node in [&one, &other] {
        node.browser().get("/readyz").await.assert_status(200);
        node.userinfo(&tokens).await.assert_status(200);
    }
    let refreshed = one.refresh(&client, &tokens).await.assert_status(200).json();
    other.userinfo(&refreshed).await.assert_status(200);
    other
        .as_member()
        .await
        .get("/account/connected-apps")
        .await
        .assert_status(200);
}
