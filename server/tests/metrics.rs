//! `/metrics` of the real binary, over HTTP.

use reqwest::Method;
use serde_json::Value;

use crate::support::metrics::Scrape;
use crate::support::oauth::Client;
use crate::support::{Binary, Browser, Server};

const ON: [&str; 3] = ["--demo", "--metrics-listen", "127.0.0.1:0"];

/// An application's life: a repeated code, a repeated refresh token, a revoked grant, a denial.
async fn live(server: &Server, client: &Client, member: &Browser) {
    let code = member.lets_in(client, &[]).await;
    let exchange = client.exchanges(&code, &[]);
    server
        .send_form("/oauth/token", &exchange)
        .await
        .assert_status(200);
    server
        .send_form("/oauth/token", &exchange)
        .await
        .assert_status(400);

    let first = server.connect(client, member).await;
    let second = server.refresh(client, &first).await.assert_status(200).json();
    assert_eq!(introspect(server, client, &second).await, Value::Bool(true));
    // Once the newer pair was used, presenting the older refresh token means theft.
    server.refresh(client, &second).await.assert_status(200);
    server.refresh(client, &first).await.assert_status(400);

    let third = server.connect(client, member).await;
    let token = third["access_token"].as_str().unwrap();
    server
        .send_form("/oauth/revoke", &client.names(token))
        .await
        .assert_status(200);
    assert_eq!(introspect(server, client, &third).await, Value::Bool(false));

    let question = member.get(&client.asks(&[("prompt", "consent")])).await;
    question.assert_status(200);
    member.deny(&question).await.assert_status(303);
}

async fn introspect(server: &Server, client: &Client, tokens: &Value) -> Value {
    let token = tokens["access_token"].as_str().unwrap();
    let answer = server.send_form("/oauth/introspect", &client.names(token)).await;
    answer.assert_status(200).json()["active"].clone()
}

#[tokio::test]
async fn what_happened_is_counted() {
    let binary = Binary::new();
    let mut server = binary.serve(&ON).await;
    let metrics = server.metrics_url();
    let before = Scrape::of(&metrics).await;
    before.assert(
        "latchkey_oauth_tokens_issued_total{grant=\"authorization_code\"}",
        0,
    );
    before.assert("latchkey_sign_ins_total{outcome=\"succeeded\"}", 0);

    let client = binary.register();
    let browser = server.browser();
    let wrong = browser.sign_in("member@demo.example", "wrong-password").await;
    wrong.assert_status(422);
    let member = server.as_member().await;
    live(&server, &client, &member).await;

    let now = Scrape::of(&metrics).await;
    for (series, expected) in [
        (
            "latchkey_oauth_tokens_issued_total{grant=\"authorization_code\"}",
            3,
        ),
        ("latchkey_oauth_tokens_issued_total{grant=\"refresh_token\"}", 2),
        ("latchkey_oauth_replays_total{kind=\"code\"}", 1),
        ("latchkey_oauth_replays_total{kind=\"refresh_token\"}", 1),
        ("latchkey_oauth_revocations_total", 1),
        ("latchkey_oauth_authorizations_total{outcome=\"granted\"}", 3),
        ("latchkey_oauth_authorizations_total{outcome=\"denied\"}", 1),
        ("latchkey_oauth_authorizations_total{outcome=\"refused\"}", 0),
        ("latchkey_oauth_introspections_total{active=\"true\"}", 1),
        ("latchkey_oauth_introspections_total{active=\"false\"}", 1),
        ("latchkey_sign_ins_total{outcome=\"succeeded\"}", 1),
        ("latchkey_sign_ins_total{outcome=\"failed\"}", 1),
        // There are no providers, and the metrics are there.
        (
            "latchkey_provider_sign_ins_total{provider=\"(other)\",outcome=\"failed\"}",
            0,
        ),
        ("latchkey_outgoing_requests_total{outcome=\"answered\"}", 0),
        ("latchkey_outgoing_request_duration_seconds_count", 0),
        (
            "latchkey_http_requests_total{route=\"/oauth/token\",method=\"POST\",status=\"2xx\"}",
            5,
        ),
        (
            "latchkey_http_requests_total{route=\"/oauth/token\",method=\"POST\",status=\"4xx\"}",
            2,
        ),
        (
            "latchkey_http_request_duration_seconds_count{route=\"/oauth/token\"}",
            7,
        ),
        (
            "latchkey_http_request_duration_seconds_bucket{route=\"/oauth/token\",le=\"+Inf\"}",
            7,
        ),
        ("latchkey_http_requests_in_flight", 0),
        ("latchkey_database_writes_waiting", 0),
    ] {
        now.assert(series, expected);
    }
    for series in [
        "latchkey_database_reads_total",
        "latchkey_database_commit_duration_seconds_count",
        "latchkey_database_size_bytes",
        "process_open_fds",
        "process_resident_memory_bytes",
    ] {
        assert!(now.value(series) > 0.0, "{series}");
    }
    let writes = "latchkey_database_writes_total";
    assert!(now.value(writes) >= before.value(writes) + 10.0);
    let version = format!("latchkey_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    now.assert(&version, 1);
}

#[tokio::test]
async fn on_postgresql_the_database_is_counted_too() {
    let (binary, url) = (Binary::new(), latchkey_testing::postgres::database());
    let on = [ON.as_slice(), &["--database", &url]].concat();
    let mut server = binary.serve(&on).await;
    let metrics = server.metrics_url();
    let before = Scrape::of(&metrics).await;
    server.as_member().await;
    let now = Scrape::of(&metrics).await;
    for series in [
        "latchkey_database_reads_total",
        "latchkey_database_writes_total",
        "latchkey_database_commit_duration_seconds_count",
    ] {
        assert!(now.value(series) > before.value(series), "{series}");
    }
    assert!(now.value("latchkey_database_size_bytes") > 1e6);
    now.assert("latchkey_database_writes_waiting", 0);
    now.assert("latchkey_database_reads_waited_total", 0);
    now.assert("latchkey_database_connections{state=\"in_use\"}", 0);
    now.assert("latchkey_database_connections_max", 20);
    now.assert("latchkey_database_connections_awaited", 0);
    assert!(now.value("latchkey_database_connections{state=\"idle\"}") >= 1.0);
    // It does not belong to this node, or only to this database.
    assert!(!now.0.contains("latchkey_database_log_size_bytes"));
}

#[tokio::test]
async fn the_headless_api_is_counted() {
    let binary = Binary::new();
    let mut server = binary.serve(&ON).await;
    let metrics = server.metrics_url();
    let client = binary.register();
    let member = server.as_member().await;
    let tokens = server.connect(&client, &member).await;
    let network = binary.run(&["network", "show", "--json"]).json();
    let path = format!("/networks/{}/graphql", network["slug"].as_str().unwrap());
    for (token, query) in [
        (tokens["access_token"].as_str().unwrap(), "{ __typename }"),
        (tokens["access_token"].as_str().unwrap(), "{ nothing }"),
        ("stranger", "{ __typename }"),
    ] {
        let program = server.browser();
        let request = program.bare(Method::POST, &path).bearer_auth(token);
        program
            .send(request.json(&serde_json::json!({ "query": query })))
            .await;
    }
    let now = Scrape::of(&metrics).await;
    for (outcome, expected) in [("answered", 1), ("failed", 1), ("throttled", 0)] {
        let series = format!("latchkey_graphql_requests_total{{outcome=\"{outcome}\"}}");
        now.assert(&series, expected);
    }
    let route = "latchkey_http_requests_total{route=\"/networks/{network}/graphql\",method=\"POST\"";
    now.assert(&format!("{route},status=\"2xx\"}}"), 2);
    now.assert(&format!("{route},status=\"4xx\"}}"), 1);
}

#[tokio::test]
async fn strangers_choose_no_label() {
    let binary = Binary::new();
    let mut server = binary.serve(&ON).await;
    let metrics = server.metrics_url();
    let stranger = server.browser();
    let before = Scrape::of(&metrics).await;
    let mut kinds = Vec::new();
    for round in 0..3 {
        for n in 0..20 {
            let name = format!("strange{round}x{n}");
            stranger.get(&format!("/{name}")).await;
            stranger.get(&format!("/networks/{name}/graphql/schema")).await;
            let brew = Method::from_bytes(format!("BREW{n}").as_bytes()).unwrap();
            stranger
                .send(stranger.bare(brew, &format!("/{name}/{name}")))
                .await;
            stranger.post(&format!("/api/{name}"), &[("x", &name)]).await;
        }
        kinds.push(Scrape::of(&metrics).await.values().count());
    }
    // Whatever clients request, the first round creates all series.
    assert_eq!(kinds[0], kinds[2]);
    let now = Scrape::of(&metrics).await;
    assert!(!now.0.contains("strange") && !now.0.contains("BREW"), "{}", now.0);
    let other = "latchkey_http_requests_total{route=\"other\",method=\"GET\",status=\"4xx\"}";
    let was = before
        .values()
        .find(|(name, _)| *name == other)
        .map_or(0.0, |(_, value)| value);
    assert!((now.value(other) - was - 60.0).abs() < 0.5, "{}", now.0);
    now.assert(
        "latchkey_http_requests_total{route=\"other\",method=\"other\",status=\"4xx\"}",
        60,
    );
}

#[tokio::test]
async fn they_have_an_address_of_their_own() {
    let binary = Binary::new();
    let mut server = binary.serve(&ON).await;
    let metrics = server.metrics_url();
    server.browser().get("/metrics").await.assert_status(404);
    for path in ["/", "/readyz", "/oauth/token"] {
        let url = metrics.replace("/metrics", path);
        assert_eq!(reqwest::get(url).await.unwrap().status(), 404, "{path}");
    }
    let taken = metrics.trim_start_matches("http://").trim_end_matches("/metrics");
    binary
        .run(&["serve", "--listen", "127.0.0.1:0", "--metrics-listen", taken])
        .fails(1, "choose another port with --metrics-listen");
    server.send("-TERM");
    assert_eq!(
        server.wait().code(),
        Some(0),
        "a scraper does not hold up the end"
    );
}
