//! The log: for people at a terminal, as JSON elsewhere, on standard error.

use std::io::IsTerminal;

use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, registry};

use crate::traces::{TRACES, Traces};

/// Starts the log, and traces if configured. `LATCHKEY_LOG`, or `RUST_LOG` as in other programs, sets the log level.
/// It can start only once per process; an earlier one stays in place.
pub(super) fn start(traces: Option<&Traces>) {
    let filter = EnvFilter::try_from_env("LATCHKEY_LOG")
        .or_else(|_| EnvFilter::try_from_default_env())
        .unwrap_or_else(|_| EnvFilter::new("info"));
    // The log leaves out the spans of traces, so it is easier to read.
    let filter = match format!("{TRACES}=off").parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    };
    let _ = match traces {
        Some(traces) => registry()
            .with(traces.layer())
            .with(lines().with_filter(filter))
            .try_init(),
        // Events that the log leaves out are not created at all.
        None => registry().with(lines()).with(filter).try_init(),
    };
}

/// The layer that writes lines.
fn lines<S>() -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        log.with_target(false).boxed()
    } else {
        log.json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .boxed()
    }
}
