//! Traces of the real binary, at a real collector.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::collector::{Collector, Span};
use crate::support::oauth::{Client, VERIFIER};
use crate::support::{Answer, Binary, Browser, Server};

/// A deadline, not a pause.
const PATIENCE: Duration = Duration::from_secs(60);

/// The trace id that an application sends along.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// All attributes that a span may have. Anything added here leaves people's machines.
const ATTRIBUTES: [&str; 11] = [
    "db.operation.name",
    "db.query.summary",
    "db.system.name",
    "error.type",
    "graphql.operation.name",
    "graphql.operation.type",
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "latchkey.decision",
    "latchkey.request_id",
];

fn traceparent(flags: &str) -> String {
    format!("00-{TRACE}-{PARENT}-{flags}")
}

fn stop(server: &mut Server) {
    server.send("-TERM");
    assert_eq!(server.wait().code(), Some(0));
}

/// The only span with this name and attribute.
#[track_caller]
fn the<'s>(spans: &'s [Span], name: &str, attribute: (&str, &str)) -> &'s Span {
    let found: Vec<_> = spans
        .iter()
        .filter(|span| {
            span.name == name
                && span
                    .attributes
                    .get(attribute.0)
                    .is_some_and(|is| is == attribute.1)
        })
        .collect();
    let names: BTreeSet<_> = spans.iter().map(|span| &span.name).collect();
    assert_eq!(found.len(), 1, "{name} {attribute:?} of {names:?}");
    found[0]
}

/// The names of a span's children.
fn children<'s>(spans: &'s [Span], parent: &Span) -> Vec<&'s Span> {
    spans
        .iter()
        .filter(|span| span.parent == parent.id && span.trace == parent.trace)
        .collect()
}

#[track_caller]
fn child<'s>(spans: &'s [Span], parent: &Span, name: &str) -> &'s Span {
    let children = children(spans, parent);
    let found = children.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {parent:?}: {children:?}"))
}

/// The actions of a person and an application, with their private data.
struct Visit {
    exchange: Answer,
    secrets: Vec<String>,
}

/// A sign-in, a consent, an exchange within a trace, a request to the API, a refresh, and a wrong password.
async fn visit(binary: &Binary, server: &Server, client: &Client) -> Visit {
    let person = server.as_member().await;
    let state = "state-that-nobody-else-may-read";
    let code = person.lets_in(client, &[("state", state)]).await;
    let program = server.browser();
    let request = program
        .bare(Method::POST, "/oauth/token?secret-in-the-query=1")
        .header("traceparent", traceparent("01"))
        .form(&client.exchanges(&code, &[]));
    let exchange = program.send(request).await;
    let tokens = exchange.assert_status(200).json();
    let access = tokens["access_token"].as_str().unwrap();
    let next = server.refresh(client, &tokens).await.assert_status(200).json();
    let network = binary.run(&["network", "show", "--json"]).json();
    let path = format!("/networks/{}/graphql", network["slug"].as_str().unwrap());
    let query = json!({
        "query": "query Greeting($text: String!) { me { id } search(query: $text) { nodes { __typename } } }",
        "variables": { "text": "member@demo.example" },
    });
    let request = program
        .bare(Method::POST, &path)
        .bearer_auth(next["access_token"].as_str().unwrap());
    program.send(request.json(&query)).await.assert_status(200);
    let wrong = server.browser();
    wrong
        .sign_in("member@demo.example", "wrong-password")
        .await
        .assert_status(422);
    wrong.get(&format!("/lost/{access}?token={access}")).await;
    let token = |tokens: &Value, name: &str| tokens[name].as_str().unwrap().to_owned();
    Visit {
        exchange,
        secrets: vec![
            code,
            client.secret.clone().unwrap(),
            token(&tokens, "access_token"),
            token(&tokens, "refresh_token"),
            token(&next, "access_token"),
            token(&next, "refresh_token"),
            person.cookie().unwrap().split_once('=').unwrap().1.to_owned(),
            state.to_owned(),
            VERIFIER.to_owned(),
            "lk_at_".to_owned(),
            "lk_rt_".to_owned(),
            "lk_ac_".to_owned(),
            "member@demo.example".to_owned(),
            "latchkey-demo".to_owned(),
            "wrong-password".to_owned(),
            "secret-in-the-query".to_owned(),
            "Firefox".to_owned(),
            "127.0.0.1".to_owned(),
        ],
    }
}

#[track_caller]
fn assert_nothing_is_given_away(collector: &Collector, secrets: &[String]) {
    let bytes = collector.bytes();
    assert!(bytes.windows(7).any(|part| part == b"/oauth/"));
    for secret in secrets {
        let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} was sent");
    }
    let spans = collector.spans();
    let names: BTreeSet<_> = spans.iter().flat_map(|span| span.attributes.keys()).collect();
    for name in names {
        assert!(ATTRIBUTES.contains(&name.as_str()), "{name}");
    }
    assert!(spans.iter().all(|span| span.events == 0));
}

// The collector needs to respond while the test waits for a server.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_a_span_and_so_is_what_was_done_for_it() {
    let collector = Collector::start().await;
    let binary = Binary::new();
    let mut server = binary.serve(&["--demo", "--otlp-endpoint", &collector.url]).await;
    let client = binary.register();
    let visit = visit(&binary, &server, &client).await;
    stop(&mut server);
    let spans = collector.spans();

    let id = visit.exchange.header("x-request-id");
    let exchange = the(&spans, "POST /oauth/token", ("latchkey.request_id", id));
    assert_eq!(
        (exchange.trace.as_str(), exchange.parent.as_str()),
        (TRACE, PARENT)
    );
    assert_eq!(exchange.kind, SpanKind::Server);
    assert_eq!(exchange.attribute("http.request.method"), "POST");
    assert_eq!(exchange.attribute("http.route"), "/oauth/token");
    assert_eq!(exchange.attribute("http.response.status_code"), "200");
    assert_eq!(exchange.resource["service.name"], "latchkey");
    assert_eq!(exchange.resource["service.version"], env!("CARGO_PKG_VERSION"));
    let redeemed = child(&spans, exchange, "token.authorization_code");
    let written = child(&spans, redeemed, "change_grant");
    assert_eq!(written.attribute("db.system.name"), "sqlite");
    assert_eq!(written.attribute("db.operation.name"), "change_grant");

    // The other requests have their own traces.
    let refresh = spans.iter().find(|span| span.name == "token.refresh").unwrap();
    let request = spans.iter().find(|span| span.id == refresh.parent).unwrap();
    assert_eq!(request.name, "POST /oauth/token");
    assert_eq!(request.parent, "");
    assert_ne!(request.trace, TRACE);

    let asked = the(&spans, "authorize", ("latchkey.decision", "consent"));
    assert!(
        spans
            .iter()
            .any(|span| span.id == asked.parent && span.name == "GET /oauth/authorize")
    );
    the(&spans, "authorize", ("latchkey.decision", "code"));

    let graphql = the(&spans, "graphql.query", ("graphql.operation.name", "Greeting"));
    assert_eq!(graphql.attribute("graphql.operation.type"), "query");
    let request = spans.iter().find(|span| span.id == graphql.parent).unwrap();
    assert_eq!(request.name, "POST /networks/{network}/graphql");

    let refused = the(&spans, "POST /sign-in", ("http.response.status_code", "422"));
    child(&spans, refused, "password.verify");
    // A caller's mistake is not a server failure.
    assert!(!refused.failed);
    let lost = the(&spans, "GET", ("http.response.status_code", "404"));
    assert!(!lost.attributes.contains_key("http.route"));

    // The server's own work has no trace.
    assert!(
        spans
            .iter()
            .all(|span| !span.parent.is_empty() || span.kind == SpanKind::Server)
    );
    assert_nothing_is_given_away(&collector, &visit.secrets);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_shows_its_statements() {
    let collector = Collector::start().await;
    let binary = Binary::new();
    let url = latchkey_testing::postgres::database();
    let mut server = binary
        .serve(&["--demo", "--database", &url, "--otlp-endpoint", &collector.url])
        .await;
    server.as_member().await;
    stop(&mut server);
    let spans = collector.spans();
    let request = the(&spans, "POST /sign-in", ("http.response.status_code", "303"));
    let operation = child(&spans, request, "open_session");
    assert_eq!(operation.attribute("db.operation.name"), "open_session");
    let statement = child(&spans, operation, "INSERT sessions");
    assert_eq!(statement.kind, SpanKind::Client);
    assert_eq!(statement.attribute("db.system.name"), "postgresql");
    child(&spans, operation, "COMMIT");
    assert_nothing_but_names(&collector);
}

#[track_caller]
fn assert_nothing_but_names(collector: &Collector) {
    for span in collector.spans() {
        for (name, value) in &span.attributes {
            assert!(ATTRIBUTES.contains(&name.as_str()), "{name}");
            assert!(!value.contains('@') && value.len() < 80, "{name}: {value}");
        }
    }
}

/// The lines of the log about a request to this path.
fn lines(log: &std::path::Path, path: &str) -> Vec<Value> {
    let log = std::fs::read_to_string(log).unwrap();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    lines.filter(|line| line["span"]["path"] == path).collect()
}

async fn ask_within_a_trace(person: &Browser, flags: &str) {
    let request = person
        .bare(Method::GET, "/readyz")
        .header("traceparent", traceparent(flags));
    person.send(request).await.assert_status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_the_trace_if_there_is_one() {
    let collector = Collector::start().await;
    for (flags, expected) in [
        (vec!["--otlp-endpoint", &collector.url], Some(TRACE)),
        (vec![], None),
    ] {
        let binary = Binary::new();
        let log = binary.folder().join("log");
        let mut server = binary.serve_with_log(&flags, &log, "debug").await;
        ask_within_a_trace(&server.browser(), "01").await;
        stop(&mut server);
        let lines = lines(&log, "/readyz");
        assert!(!lines.is_empty());
        for line in lines {
            assert_eq!(line["span"]["name"], "request", "{line}");
            assert_eq!(line["span"]["id"].as_str().unwrap().len(), 16);
            assert_eq!(line["span"]["trace_id"].as_str(), expected, "{line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn how_much_is_sent_can_be_said() {
    let collector = Collector::start().await;
    let binary = Binary::new();
    let flags = ["--otlp-endpoint", &collector.url, "--trace-sampling", "0"];
    let mut server = binary.serve(&flags).await;
    let person = server.browser();
    person.get("/healthz").await.assert_status(200);
    // The caller decided not to sample the first one, but the second.
    ask_within_a_trace(&person, "00").await;
    ask_within_a_trace(&person, "01").await;
    stop(&mut server);
    let spans = collector.spans();
    let request = the(&spans, "GET /readyz", ("http.response.status_code", "200"));
    assert!(spans.iter().all(|span| span.trace == TRACE));
    assert!(
        spans
            .iter()
            .all(|span| span.id == request.id || span.parent == request.id)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_variables_of_all_programs_are_understood() {
    let collector = Collector::start().await;
    let binary = Binary::new();
    let child = binary
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url)
        .env("OTEL_SERVICE_NAME", "club")
        .env(
            "OTEL_RESOURCE_ATTRIBUTES",
            "service.instance.id=one,deployment.environment.name=test",
        )
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut server = Server::ready(child).await;
    stop(&mut server);
    let spans = collector.spans();
    assert!(!spans.is_empty());
    assert_eq!(spans[0].resource["service.name"], "club");
    assert_eq!(spans[0].resource["service.instance.id"], "one");
}

#[test]
fn what_cannot_work_is_refused_in_words() {
    let binary = Binary::new();
    binary
        .run(&["serve", "--otlp-endpoint", "https://collector.example:4318"])
        .fails(2, "over plain HTTP only");
    binary
        .run(&["serve", "--trace-sampling", "2"])
        .fails(2, "expected a number from 0");
    let file = binary.folder().join("latchkey.toml");
    std::fs::write(&file, "otlp_endpoint = \"collector:4318\"\n").unwrap();
    binary.run(&["serve"]).fails(2, "has to begin with http://");
    std::fs::write(file, "trace_sampling = 1.5\n").unwrap();
    binary.run(&["serve"]).fails(2, "expected a number from 0");
}

/// Starts a server that sends a batch every few milliseconds.
async fn eager(binary: &Binary, endpoint: &str, log: &std::path::Path) -> Server {
    let child = binary
        .command(&["serve", "--listen", "127.0.0.1:0", "--otlp-endpoint", endpoint])
        .env("OTEL_BSP_SCHEDULE_DELAY", "5")
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(log).unwrap())
        .spawn()
        .unwrap();
    Server::ready(child).await
}

fn mentions(log: &std::path::Path, words: &str) -> usize {
    std::fs::read_to_string(log).unwrap().matches(words).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_fails_is_mentioned_once() {
    let collector = Collector::start().await;
    collector.answer_with(503);
    let binary = Binary::new();
    let log = binary.folder().join("log");
    let mut server = eager(&binary, &collector.url, &log).await;
    let person = server.browser();
    let deadline = Instant::now() + PATIENCE;
    while collector.refused() < 5 {
        assert!(Instant::now() < deadline, "no batches are sent");
        person.get("/readyz").await.assert_status(200);
    }
    assert_eq!(mentions(&log, "the collector rejected traces"), 1);
    collector.answer_with(200);
    while collector.bytes().is_empty() {
        assert!(Instant::now() < deadline, "no batches are sent any more");
        person.get("/readyz").await.assert_status(200);
    }
    stop(&mut server);
    assert_eq!(mentions(&log, "the collector rejected traces"), 1);
    assert_eq!(mentions(&log, "the collector accepts traces again"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_hangs_or_is_not_there_holds_nobody_up() {
    // One accepts connections and never responds, and one where nothing listens.
    let hangs = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = gone.local_addr().unwrap();
    drop(gone);
    for address in [hangs.local_addr().unwrap(), nobody] {
        let binary = Binary::new();
        let log = binary.folder().join("log");
        let mut server = eager(&binary, &format!("http://{address}"), &log).await;
        let person = server.browser();
        let started = Instant::now();
        for _ in 0..300 {
            person.get("/readyz").await.assert_status(200);
        }
        // The collector would have ten seconds for each batch.
        assert!(
            started.elapsed() < Duration::from_secs(9),
            "{:?}",
            started.elapsed()
        );
        let told = Instant::now();
        stop(&mut server);
        assert!(told.elapsed() < Duration::from_secs(9), "{:?}", told.elapsed());
        assert!(mentions(&log, "the collector rejected traces") <= 1);
    }
    drop(hangs);
}
