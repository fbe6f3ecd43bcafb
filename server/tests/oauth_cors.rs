//! What pages of other origins may call.

use reqwest::Method;

use crate::support::TestApp;

const OPEN: [(&str, Method); 6] = [
    ("/oauth/token", Method::POST),
    ("/oauth/revoke", Method::POST),
    ("/oauth/userinfo", Method::GET),
    ("/.well-known/oauth-authorization-server", Method::GET),
    ("/.well-known/oauth-protected-resource", Method::GET),
    (
        "/.well-known/oauth-protected-resource/networks/my-community/graphql",
        Method::GET,
    ),
];

#[tokio::test]
async fn preflights_are_answered_where_browser_applications_call() {
    let app = TestApp::new().await;
    let page = app.browser();
    for (path, method) in OPEN {
        let request = page
            .bare(Method::OPTIONS, path)
            .header("origin", "https://spa.example")
            .header("access-control-request-method", method.as_str())
            .header("access-control-request-headers", "authorization,content-type");
        let answer = page.send(request).await;
        answer.assert_status(204);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(
            answer
                .header("access-control-allow-methods")
                .contains(method.as_str())
        );
        let headers = answer.header("access-control-allow-headers").to_ascii_lowercase();
        assert!(headers.contains("authorization") && headers.contains("content-type"));
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
}

#[tokio::test]
async fn answers_and_errors_can_be_read_by_any_origin() {
    let app = TestApp::new().await;
    let page = app.browser();
    for (path, method) in OPEN {
        for method in [method, Method::DELETE] {
            let request = page.bare(method, path).header("origin", "https://spa.example");
            let answer = page.send(request).await;
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(
                answer.header("access-control-expose-headers"),
                "WWW-Authenticate, X-Request-Id, Retry-After"
            );
            assert_eq!(answer.header("access-control-allow-credentials"), "");
        }
    }
}

#[tokio::test]
async fn everything_else_stays_closed() {
    let app = TestApp::new().await;
    let page = app.browser();
    for path in [
        "/oauth/authorize",
        "/oauth/introspect",
        "/sign-in",
        "/api/applications/list",
    ] {
        for method in [Method::OPTIONS, Method::POST, Method::GET] {
            let request = page
                .bare(method, path)
                .header("origin", "https://spa.example")
                .header("access-control-request-method", "POST");
            let answer = page.send(request).await;
            for header in [
                "access-control-allow-origin",
                "access-control-allow-methods",
                "access-control-allow-headers",
            ] {
                assert_eq!(answer.header(header), "", "{path}");
            }
        }
    }
}
