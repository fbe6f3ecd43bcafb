//! The document at `/metrics`: each metric with its name and help. `docs/monitoring.md` lists the same.

use latchkey_domain::Timestamp;
use latchkey_oauth::Counters;
use latchkey_oauth::counters::Count;
use latchkey_storage::{ConnectionCounts, Statistics};

use super::families::Document;
use super::outgoing::OutgoingCounts;
use super::process::Process;
use super::providers::ProviderSignIns;
use super::routes::{CLASSES, METHODS, Routes};
use super::{GraphqlCounts, Metrics, SignInCounts};

/// For a metric without labels.
const NO_LABELS: &[(&str, &str)] = &[];

/// Renders all counts. The store's are left out if it has none.
pub fn render(
    metrics: &Metrics,
    counters: &Counters,
    store: Option<&Statistics>,
    started: Timestamp,
) -> String {
    let mut document = Document::default();
    http(&mut document, &metrics.routes);
    oauth(&mut document, counters);
    graphql(&mut document, &metrics.graphql);
    sign_ins(&mut document, &metrics.sign_ins);
    providers(&mut document, &metrics.providers);
    outgoing(&mut document, &metrics.outgoing);
    if let Some(store) = store {
        database(&mut document, store);
    }
    process(&mut document, started);
    document.finish()
}

fn http(document: &mut Document, routes: &Routes) {
    let all = routes.all();
    let mut answered = Vec::new();
    for route in &all {
        for (method, classes) in METHODS.iter().zip(&route.answers) {
            for (class, count) in CLASSES.iter().zip(classes) {
                if count.get() > 0 {
                    let labels = [
                        ("route", &*route.template),
                        ("method", *method),
                        ("status", *class),
                    ];
                    answered.push((labels, count.get()));
                }
            }
        }
    }
    document.counter(
        "latchkey_http_requests_total",
        "Answered requests, by route, method and class of status.",
        answered,
    );
    document.histogram(
        "latchkey_http_request_duration_seconds",
        "How long requests took until their answer began, by route.",
        all.iter()
            .map(|route| ([("route", &*route.template)], route.took.read())),
    );
    document.gauge(
        "latchkey_http_requests_in_flight",
        "Requests that are being answered.",
        [(NO_LABELS, routes.in_flight())],
    );
}

fn oauth(document: &mut Document, counters: &Counters) {
    document.counter(
        "latchkey_oauth_tokens_issued_total",
        "Pairs of tokens, by what they were issued for.",
        by("grant", counters.tokens_issued()),
    );
    document.counter(
        "latchkey_oauth_replays_total",
        "Codes and refresh tokens that came again; all tokens of their grant were revoked.",
        by(
            "kind",
            [
                ("code", &counters.code_replays),
                ("refresh_token", &counters.refresh_replays),
            ],
        ),
    );
    document.counter(
        "latchkey_oauth_revocations_total",
        "Grants that applications gave back.",
        [(NO_LABELS, counters.revocations.get())],
    );
    document.counter(
        "latchkey_oauth_authorizations_total",
        "Authorization requests, by how they ended.",
        by(
            "outcome",
            [
                ("granted", &counters.granted),
                ("denied", &counters.denied),
                ("refused", &counters.refused),
                ("failed", &counters.failed),
            ],
        ),
    );
    document.counter(
        "latchkey_oauth_introspections_total",
        "Introspected tokens, by whether they were good.",
        by(
            "active",
            [("true", &counters.active), ("false", &counters.inactive)],
        ),
    );
}

fn graphql(document: &mut Document, counts: &GraphqlCounts) {
    document.counter(
        "latchkey_graphql_requests_total",
        "Requests to the Headless API with a good token, by how they ended.",
        by(
            "outcome",
            [
                ("answered", &counts.answered),
                ("failed", &counts.failed),
                ("throttled", &counts.throttled),
            ],
        ),
    );
}

fn sign_ins(document: &mut Document, counts: &SignInCounts) {
    document.counter(
        "latchkey_sign_ins_total",
        "Attempts to sign in, by what came of them.",
        by(
            "outcome",
            [
                ("succeeded", &counts.succeeded),
                ("failed", &counts.failed),
                ("throttled", &counts.throttled),
            ],
        ),
    );
}

fn providers(document: &mut Document, providers: &ProviderSignIns) {
    let all = providers.all();
    let values = all.iter().flat_map(|counts| {
        counts.outcomes().map(|(outcome, count)| {
            let labels = [("provider", &*counts.slug), ("outcome", outcome)];
            (labels, count.get())
        })
    });
    document.counter(
        "latchkey_provider_sign_ins_total",
        "Sign-ins at providers and accounts linked there, by provider and by how they ended.",
        values,
    );
}

fn outgoing(document: &mut Document, counts: &OutgoingCounts) {
    document.counter(
        "latchkey_outgoing_requests_total",
        "Requests of this server to others, by how they ended.",
        by("outcome", counts.outcomes()),
    );
    document.histogram(
        "latchkey_outgoing_request_duration_seconds",
        "How long requests to others took, with the wait for a place.",
        [(NO_LABELS, counts.took.read())],
    );
}

fn database(document: &mut Document, store: &Statistics) {
    for (name, help, value) in [
        ("latchkey_database_reads_total", "Reads.", store.reads),
        (
            "latchkey_database_reads_waited_total",
            "Reads that had to wait for a connection.",
            store.reads_waited,
        ),
        (
            "latchkey_database_writes_total",
            "Writes that were answered.",
            store.writes,
        ),
        (
            "latchkey_database_slow_total",
            "Operations that took longer than --slow-query-ms.",
            store.slow,
        ),
    ] {
        document.counter(name, help, [(NO_LABELS, value)]);
    }
    document.histogram(
        "latchkey_database_commit_duration_seconds",
        "How long transactions that write took; one holds many writes.",
        [(NO_LABELS, store.commits.clone())],
    );
    for (name, help, value) in [
        (
            "latchkey_database_writes_waiting",
            "Writes that are not answered yet.",
            Some(store.writes_waiting),
        ),
        (
            "latchkey_database_size_bytes",
            "The size of the database.",
            store.database_bytes,
        ),
        (
            "latchkey_database_log_size_bytes",
            "The size of the write-ahead log.",
            store.log_bytes,
        ),
    ] {
        document.gauge(name, help, value.map(|value| (NO_LABELS, value)));
    }
    if let Some(counts) = &store.connections {
        connections(document, counts);
    }
}

fn connections(document: &mut Document, counts: &ConnectionCounts) {
    document.gauge(
        "latchkey_database_connections",
        "Open connections to the database, by whether they are in use.",
        [
            ([("state", "idle")], counts.idle),
            ([("state", "in_use")], counts.in_use),
        ],
    );
    document.gauge(
        "latchkey_database_connections_max",
        "The most connections that this node opens.",
        [(NO_LABELS, counts.most)],
    );
    document.gauge(
        "latchkey_database_connections_awaited",
        "Operations that wait for a connection.",
        [(NO_LABELS, counts.waiting)],
    );
}

fn process(document: &mut Document, started: Timestamp) {
    let process = Process::read();
    for (name, help, value) in [
        (
            "process_resident_memory_bytes",
            "Memory in use.",
            process.resident_bytes,
        ),
        ("process_open_fds", "Open files and sockets.", process.open_files),
        (
            "process_start_time_seconds",
            "When the server started, in seconds since 1970.",
            started.as_secs().try_into().ok(),
        ),
    ] {
        document.gauge(name, help, value.map(|value| (NO_LABELS, value)));
    }
    document.gauge(
        "latchkey_build_info",
        "Always 1; its label is the version.",
        [([("version", env!("CARGO_PKG_VERSION"))], 1)],
    );
}

/// A value for each of these counts, with one label.
fn by<'a>(
    label: &'static str,
    counts: impl IntoIterator<Item = (&'static str, &'a Count)>,
) -> impl Iterator<Item = ([(&'static str, &'static str); 1], u64)> {
    counts
        .into_iter()
        .map(move |(value, count)| ([(label, value)], count.get()))
}
