//! Traces for an `OpenTelemetry` collector: a span for each request, and for what was done to answer it. Off unless
//! `--otlp-endpoint` says where to; then nothing of this is set up.
//!
//! What is sent are the spans of the target [`TRACES`] alone, so that what leaves the machine is exactly what was written
//! down to leave it. They wait in a queue of fixed size, which a thread of its own sends in batches; what does not fit is
//! dropped, and no request ever waits.

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

pub use latchkey_storage::TRACES;

/// What the server is called in traces, unless the environment has another name for it.
const NAME: &str = "latchkey";

/// How long the last batch may take when the server stops.
const FLUSH: Duration = Duration::from_secs(2);

/// What sends spans.
#[derive(Clone, Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends to `endpoint`, from `runtime`.
    pub fn to(
        endpoint: &OtlpEndpoint,
        sampling: Option<Sampling>,
        runtime: Handle,
    ) -> Result<Self, ExporterBuildError> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(runtime))
            .with_endpoint(endpoint.to_string())
            .with_protocol(Protocol::HttpBinary)
            // A retry would hold up the next batches and the end of the server: better to lose one.
            .with_retry_policy(RetryPolicy::disabled())
            .build()?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource());
        let provider = match sampling {
            Some(part) => provider.with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
                part.ratio(),
            )))),
            // As OTEL_TRACES_SAMPLER says; without it, all.
            None => provider,
        };
        Ok(Self(provider.build()))
    }

    /// What hands spans over.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
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

    /// Sends what is waiting, within two seconds.
    pub async fn flush(self) {
        // Whether it was sent is said in the log by what sends.
        let _ = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(FLUSH)).await;
    }
}

/// A trace begins with a request. What the server does for itself (its start, its housekeeping) would only fill the queue.
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

/// Who sends: the name and the version, and what the environment says in `OTEL_RESOURCE_ATTRIBUTES`.
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
