//! Traces for an `OpenTelemetry` collector: a span for each request, and for the work to answer it. Off unless a
//! collector is configured; then none of this is set up.
//!
//! Only spans of the target [`TRACES`] are sent, so nothing leaves the machine that was not meant to. They wait in a
//! queue of fixed size, which a separate thread sends in batches; spans that do not fit are dropped, and no request
//! ever waits.

mod collector;
pub(crate) mod request;

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{
    ExporterBuildError, Protocol, RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::{EnvResourceDetector, TelemetryResourceDetector};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{DynFilterFn, LevelFilter};
use tracing_subscriber::layer::{Context, Filter};
use tracing_subscriber::registry::LookupSpan;

use self::collector::Collector;
use crate::settings::{OtlpEndpoint, Sampling};

pub(crate) use latchkey_storage::TRACES;

/// The server's name in traces, unless the environment sets another.
const NAME: &str = "latchkey";

/// How long the last batch may take when the server stops.
const FLUSH: Duration = Duration::from_secs(2);

/// Sends spans.
#[derive(Clone, Debug)]
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends to `endpoint`, from `runtime`.
    pub(crate) fn to(
        endpoint: &OtlpEndpoint,
        sampling: Option<Sampling>,
        runtime: Handle,
    ) -> Result<Self, ExporterBuildError> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(runtime))
            .with_endpoint(endpoint.to_string())
            .with_protocol(Protocol::HttpBinary)
            // A retry would delay the next batches and the end of the server: losing one is better.
            .with_retry_policy(RetryPolicy::disabled())
            .build()?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource());
        let provider = match sampling {
            Some(part) => provider.with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
                part.ratio(),
            )))),
            // As OTEL_TRACES_SAMPLER says; all by default.
            None => provider,
        };
        Ok(Self(provider.build()))
    }

    /// The layer that passes spans on.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(NAME))
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_context_activation(false)
            .with_filter(of_requests())
    }

    /// Sends the queued spans, within two seconds.
    pub(crate) async fn flush(self) {
        // The collector's own code logs whether it worked.
        let _ = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(FLUSH)).await;
    }
}

/// A trace starts with a request. The server's own work (its start, its housekeeping) would only fill the queue.
fn of_requests<S>() -> impl Filter<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    DynFilterFn::new(|metadata: &Metadata<'_>, context: &Context<'_, S>| {
        metadata.target() == TRACES
            && (metadata.name() == request::NAME || context.lookup_current().is_some())
    })
    .with_callsite_filter(|metadata: &'static Metadata<'static>| {
        if metadata.target() == TRACES {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    })
    .with_max_level_hint(LevelFilter::DEBUG)
}

/// The sender: the name and version, and what `OTEL_RESOURCE_ATTRIBUTES` says.
fn resource() -> Resource {
    let name = std::env::var("OTEL_SERVICE_NAME")
        .ok()
        .filter(|name| !name.is_empty());
    let resource = Resource::builder_empty()
        .with_attributes([
            KeyValue::new("service.name", NAME),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ])
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_detector(Box::new(EnvResourceDetector::new()));
    match name {
        Some(name) => resource.with_service_name(name).build(),
        None => resource.build(),
    }
}
