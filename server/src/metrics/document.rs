//! The document at `/metrics`: each number with its name and what it means. `docs/monitoring.md` lists the same.

use latchkey_domain::Timestamp;
use latchkey_oauth::Tally;
use latchkey_oauth::tally::Count;
use latchkey_storage::{ConnectionCounts, Statistics};

use super::process::Process;
use super::routes::{CLASSES, METHODS};
use super::text::Document;
use super::{Metrics, Routes};

pub(crate) use super::text::MEDIA_TYPE;

/// Writes down how all counts stand. The store's are left out if it has none.
pub fn render(metrics: &Metrics, tally: &Tally, store: Option<&Statistics>, started: Timestamp) -> String {
    let mut document = Document::default();
    http(&mut document, &metrics.routes);
    oauth(&mut document, tally);
    people_and_programs(&mut document, metrics);
    if let Some(store) = store {
        database(&mut document, store);
    }
    process(&mut document, started);
    document.finish()
}

fn http(document: &mut Document, routes: &Routes) {
    let name = "latchkey_http_requests_total";
    document.counter(name, "Answered requests, by route, method and class of status.");
    let all = routes.all();
    for route in &all {
        for (method, classes) in METHODS.iter().zip(&route.answers) {
            for (class, count) in CLASSES.iter().zip(classes) {
                if count.get() > 0 {
                    let labels = [("route", &*route.template), ("method", method), ("status", class)];
                    document.value(name, &labels, count.get());
                }
            }
        }
    }
    let name = "latchkey_http_request_duration_seconds";
    document.histogram(name, "How long requests took until their answer began, by route.");
    for route in &all {
        document.reading(name, &[("route", &route.template)], &route.took.read());
    }
    let name = "latchkey_http_requests_in_flight";
    document.gauge(name, "Requests that are being answered.");
    document.value(name, &[], routes.in_flight());
}

fn oauth(document: &mut Document, tally: &Tally) {
    by_label(
        document,
        (
            "latchkey_oauth_tokens_issued_total",
            "Pairs of tokens, by what they were issued for.",
        ),
        "grant",
        &[
            ("authorization_code", &tally.codes_exchanged),
            ("refresh_token", &tally.refreshes),
        ],
    );
    by_label(
        document,
        (
            "latchkey_oauth_replays_total",
            "Codes and refresh tokens that came again; all tokens of their grant were revoked.",
        ),
        "kind",
        &[
            ("code", &tally.code_replays),
            ("refresh_token", &tally.refresh_replays),
        ],
    );
    let name = "latchkey_oauth_revocations_total";
    document.counter(name, "Grants that applications gave back.");
    document.value(name, &[], tally.revocations.get());
    by_label(
        document,
        (
            "latchkey_oauth_authorizations_total",
            "Authorization requests, by how they ended.",
        ),
        "outcome",
        &[
            ("granted", &tally.granted),
            ("denied", &tally.denied),
            ("refused", &tally.refused),
            ("failed", &tally.failed),
        ],
    );
    by_label(
        document,
        (
            "latchkey_oauth_introspections_total",
            "Introspected tokens, by whether they were good.",
        ),
        "active",
        &[("true", &tally.active), ("false", &tally.inactive)],
    );
}

fn people_and_programs(document: &mut Document, metrics: &Metrics) {
    by_label(
        document,
        (
            "latchkey_graphql_requests_total",
            "Requests to the Headless API with a good token, by how they ended.",
        ),
        "outcome",
        &[
            ("answered", &metrics.graphql.answered),
            ("failed", &metrics.graphql.failed),
            ("throttled", &metrics.graphql.throttled),
        ],
    );
    by_label(
        document,
        (
            "latchkey_sign_ins_total",
            "Passwords that were sent, by what came of it.",
        ),
        "outcome",
        &[
            ("succeeded", &metrics.sign_ins.succeeded),
            ("failed", &metrics.sign_ins.failed),
            ("throttled", &metrics.sign_ins.throttled),
        ],
    );
}

fn database(document: &mut Document, store: &Statistics) {
    let counters = [
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
    ];
    for (name, help, value) in counters {
        document.counter(name, help);
        document.value(name, &[], value);
    }
    let name = "latchkey_database_commit_duration_seconds";
    document.histogram(
        name,
        "How long transactions that write took; one holds many writes.",
    );
    document.reading(name, &[], &store.commits);
    let gauges = [
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
    ];
    for (name, help, value) in gauges {
        if let Some(value) = value {
            document.gauge(name, help);
            document.value(name, &[], value);
        }
    }
    if let Some(counts) = &store.connections {
        connections(document, counts);
    }
}

fn connections(document: &mut Document, counts: &ConnectionCounts) {
    let name = "latchkey_database_connections";
    document.gauge(
        name,
        "Open connections to the database, by whether they are in use.",
    );
    document.value(name, &[("state", "idle")], counts.idle);
    document.value(name, &[("state", "in_use")], counts.in_use);
    let name = "latchkey_database_connections_max";
    document.gauge(name, "The most connections that this node opens.");
    document.value(name, &[], counts.most);
    let name = "latchkey_database_connections_awaited";
    document.gauge(name, "Operations that wait for a connection.");
    document.value(name, &[], counts.waiting);
}

fn process(document: &mut Document, started: Timestamp) {
    let process = Process::read();
    let gauges = [
        (
            "process_resident_memory_bytes",
            "Memory in use.",
            process.resident_bytes,
        ),
        ("process_open_fds", "Open files and sockets.", process.open_files),
    ];
    for (name, help, value) in gauges {
        if let Some(value) = value {
            document.gauge(name, help);
            document.value(name, &[], value);
        }
    }
    let name = "process_start_time_seconds";
    document.gauge(name, "When the server started, in seconds since 1970.");
    document.value(name, &[], started.as_secs());
    let name = "latchkey_build_info";
    document.gauge(name, "Always 1; its label is the version.");
    document.value(name, &[("version", env!("CARGO_PKG_VERSION"))], 1);
}

fn by_label(document: &mut Document, (name, help): (&str, &str), label: &str, counts: &[(&str, &Count)]) {
    document.counter(name, help);
    for (value, count) in counts {
        document.value(name, &[(label, value)], count.get());
    }
}
