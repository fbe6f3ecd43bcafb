//! `/healthz` and `/readyz`

use crate::support::TestApp;

#[tokio::test]
async fn both_say_that_all_is_well() {
    let app = TestApp::empty().await;
    for path in ["/healthz", "/readyz"] {
        let answer = app.browser().get(path).await;
        answer.assert_status(200);
        assert_eq!(answer.json()["status"], "ok");
    }
    assert_eq!(app.browser().get("/readyz").await.json()["database"], "ok");
}
