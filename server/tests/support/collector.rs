//! A collector of traces: it speaks OTLP over HTTP and keeps what it receives.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{Span as Sent, span::SpanKind, status::StatusCode as SpanStatus};
use prost::Message;

/// A collector at its own port.
pub(crate) struct Collector {
    pub(crate) url: String,
    kept: Arc<Kept>,
}

#[derive(Default)]
struct Kept {
    bodies: Mutex<Vec<Bytes>>,
    refused: AtomicU16,
    refuses_with: AtomicU16,
}

/// A span as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    /// Empty for the first span of a trace.
    pub(crate) parent: String,
    pub(crate) kind: SpanKind,
    pub(crate) failed: bool,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) resource: BTreeMap<String, String>,
    pub(crate) events: usize,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        let kept = Arc::<Kept>::default();
        let router = Router::new()
            .route("/v1/traces", post(keep))
            .with_state(Arc::clone(&kept));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, kept }
    }

    /// Sets the status of its responses; with 200 it keeps what it receives.
    pub(crate) fn answer_with(&self, status: u16) {
        self.kept.refuses_with.store(status, Ordering::SeqCst);
    }

    /// The number of refused batches.
    pub(crate) fn refused(&self) -> u16 {
        self.kept.refused.load(Ordering::SeqCst)
    }

    /// Everything received, as raw bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.kept.bodies.lock().unwrap().concat()
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        let bodies = self.kept.bodies.lock().unwrap().clone();
        let requests = bodies
            .into_iter()
            .map(|body| ExportTraceServiceRequest::decode(body).unwrap());
        let of_resources = requests.flat_map(|request| request.resource_spans);
        of_resources
            .flat_map(|part| {
                let resource = attributes(&part.resource.unwrap().attributes);
                let spans = part.scope_spans.into_iter().flat_map(|scope| scope.spans);
                spans.map(|span| Span::read(span, &resource)).collect::<Vec<_>>()
            })
            .collect()
    }
}

async fn keep(State(kept): State<Arc<Kept>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    match kept.refuses_with.load(Ordering::SeqCst) {
        0 | 200 => {
            kept.bodies.lock().unwrap().push(body);
            StatusCode::OK
        }
        status => {
            kept.refused.fetch_add(1, Ordering::SeqCst);
            StatusCode::from_u16(status).unwrap()
        }
    }
}

impl Span {
    fn read(sent: Sent, resource: &BTreeMap<String, String>) -> Self {
        Self {
            kind: sent.kind(),
            failed: sent
                .status
                .as_ref()
                .is_some_and(|status| status.code() == SpanStatus::Error),
            attributes: attributes(&sent.attributes),
            name: sent.name,
            trace: hex(&sent.trace_id),
            id: hex(&sent.span_id),
            parent: hex(&sent.parent_span_id),
            resource: resource.clone(),
            events: sent.events.len(),
        }
    }

    #[track_caller]
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes
            .get(name)
            .unwrap_or_else(|| panic!("no {name} on {self:?}"))
    }
}

fn attributes(sent: &[KeyValue]) -> BTreeMap<String, String> {
    let value = |pair: &KeyValue| match pair.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        Some(any_value::Value::BoolValue(value)) => value.to_string(),
        other => panic!("{}: {other:?}", pair.key),
    };
    sent.iter().map(|pair| (pair.key.clone(), value(pair))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
