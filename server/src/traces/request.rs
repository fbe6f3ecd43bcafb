//! The span of a request, by the semantic conventions for HTTP servers. It has the template of the route, not the
//! path, which may contain anything a stranger wrote: the log has that, under the same request id.

use http::{HeaderMap, Method, StatusCode};
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::TRACES;

/// The name of the span in the code; traces show the method and route.
pub(super) const NAME: &str = "request";

/// The methods that are named; any other could be arbitrary text.
const METHODS: [Method; 6] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::OPTIONS,
    Method::PUT,
    Method::DELETE,
];

/// Starts the span of a request to `route`, in the trace of its `traceparent` (W3C Trace Context). `None` if traces
/// are off.
pub(crate) fn begin(id: &str, method: &Method, route: Option<&str>, headers: &HeaderMap) -> Option<Span> {
    let method = if METHODS.contains(method) {
        method.as_str()
    } else {
        "_OTHER"
    };
    let span = tracing::debug_span!(
        target: TRACES,
        parent: None,
        NAME,
        otel.name = Empty,
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        error.type = Empty,
        latchkey.request_id = id,
    );
    if span.is_disabled() {
        return None;
    }
    match route {
        Some(route) => span.record("otel.name", format_args!("{method} {route}")),
        None => span.record("otel.name", method),
    };
    let caller =
        TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderExtractor(headers));
    // It only fails for a span that has already started.
    let _ = span.set_parent(caller);
    Some(span)
}

/// The trace that a span is part of, for the log.
pub(crate) fn trace_id(span: &Span) -> String {
    span.context().span().span_context().trace_id().to_string()
}

/// The request is answered.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    // A caller's mistake is not the server's error.
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", status.as_str());
    }
}
