//! Pages are sent compressed.

use reqwest::Method;

use crate::support::TestApp;

#[tokio::test]
async fn a_page_is_compressed_for_who_asks() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for (accept, coding) in [("br, gzip", "br"), ("gzip", "gzip"), ("identity", "")] {
        let request = host
            .bare(Method::GET, "/admin/settings/oauth-applications")
            .header("accept-encoding", accept);
        let response = request.send().await.unwrap();
        let found = response
            .headers()
            .get("content-encoding")
            .map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(found.unwrap_or_default(), coding);
        assert_eq!(response.headers()["vary"], "accept-encoding");
    }
}
