//! How the server is reached and what it does: settings of `serve`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::{NonZeroU16, NonZeroUsize};
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use latchkey_domain::TimeSpan;
use latchkey_domain::limits::MAX_QUERY_COST;
use latchkey_headless::Budget;
use latchkey_oauth::Lifetimes;

use super::{
    DataArgs, DataSettings, MailArgs, MailSettings, OtlpEndpoint, PublicUrl, RetentionArgs, Sampling,
    TrustedProxy,
};
use crate::error::CliError;

/// The default listening address.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);

/// The default retention of activity, in days.
const RETAIN_ACTIVITY_DAYS: u16 = 90;

/// The default limit for a slow database operation, in milliseconds.
const SLOW_QUERY_MS: u64 = 200;

/// The longest time that a stopping server accepts requests, in seconds: no balancer checks less often.
pub(super) const MAX_DRAIN_DELAY: u64 = 300;

/// How the server is reached: what `serve` takes.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ServeArgs {
    /// The address and port to listen on; port 0 picks a free one [default: 127.0.0.1:3000]
    #[arg(long, value_name = "ADDR", env = "LATCHKEY_LISTEN", value_parser = read_listen)]
    pub(crate) listen: Option<SocketAddr>,

    /// The address that people's browsers use, like <https://oauth.example.org> [default: http://localhost:PORT]
    #[arg(long, value_name = "URL", env = "LATCHKEY_PUBLIC_URL")]
    pub(crate) public_url: Option<PublicUrl>,

    /// A proxy in front whose X-Forwarded-For or Forwarded is trusted: its address, or a network like 172.16.0.0/12;
    /// may be repeated [default: none]
    #[arg(
        long = "trusted-proxy",
        value_name = "IP",
        env = "LATCHKEY_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    pub(crate) trusted_proxies: Vec<TrustedProxy>,

    /// A private network, like 10.0.0.0/8, that this server may call a sign-in provider in; requests to other private or
    /// special addresses are refused; may be repeated [default: none]
    #[arg(
        long = "allow-outgoing",
        value_name = "NETWORK",
        env = "LATCHKEY_ALLOW_OUTGOING",
        value_delimiter = ','
    )]
    pub(crate) allow_outgoing: Vec<IpNet>,

    /// The most connections at a time [default: three quarters of the open files that the process may have, at most 10000]
    #[arg(long, value_name = "N", env = "LATCHKEY_MAX_CONNECTIONS")]
    pub(crate) max_connections: Option<NonZeroUsize>,

    /// How much an application may use the Headless API in a minute for one member, in points of query cost; 0: no limit
    /// [default: 600000]
    #[arg(long, value_name = "POINTS", env = "LATCHKEY_API_BUDGET", value_parser = read_budget)]
    pub(crate) api_budget: Option<Budget>,

    /// How many days to keep the activity of applications; the audit trail is never deleted [default: 90]
    #[arg(
        long,
        value_name = "DAYS",
        env = "LATCHKEY_RETAIN_ACTIVITY_DAYS",
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub(crate) retain_activity_days: Option<u16>,

    /// How long codes and tokens last, and how long what ended is kept.
    #[command(flatten)]
    pub(crate) retention: RetentionArgs,

    /// A separate address for Prometheus to read /metrics, which only your network should reach [default: none]
    #[arg(long, value_name = "ADDR", env = "LATCHKEY_METRICS_LISTEN", value_parser = read_listen)]
    pub(crate) metrics_listen: Option<SocketAddr>,

    /// Log database operations that take longer than this, in milliseconds [default: 200]
    #[arg(long, value_name = "MS", env = "LATCHKEY_SLOW_QUERY_MS")]
    pub(crate) slow_query_ms: Option<u64>,

    /// When told to stop, accept requests for this many more seconds while /readyz answers 503, so that load balancers
    /// notice [default: 0]
    #[arg(long, value_name = "SECONDS", env = "LATCHKEY_DRAIN_DELAY", value_parser = clap::value_parser!(u64).range(..=MAX_DRAIN_DELAY))]
    pub(crate) drain_delay: Option<u64>,

    /// Send traces to an OpenTelemetry collector at this address, like <http://127.0.0.1:4318> (OTLP over HTTP)
    /// [default: none, or the standard OpenTelemetry variables]
    #[arg(long, value_name = "URL", env = "LATCHKEY_OTLP_ENDPOINT")]
    pub(crate) otlp_endpoint: Option<OtlpEndpoint>,

    /// The part of traces to send, from 0 to 1, where the caller has not decided it
    /// [default: 1, or the standard OpenTelemetry variables]
    #[arg(long, value_name = "RATIO", env = "LATCHKEY_TRACE_SAMPLING")]
    pub(crate) trace_sampling: Option<Sampling>,

    /// Where mail goes out.
    #[command(flatten)]
    pub(crate) mail: MailArgs,
}

/// All settings of `serve`.
#[derive(Clone, Debug)]
pub(crate) struct ServeSettings {
    pub(crate) data: DataSettings,
    pub(crate) listen: SocketAddr,
    /// The URL that browsers use; `None`: localhost with the bound port.
    pub(crate) public_url: Option<PublicUrl>,
    pub(crate) trusted_proxies: Vec<TrustedProxy>,
    /// Networks of special addresses that may be called.
    pub(crate) allow_outgoing: Vec<IpNet>,
    /// The maximum number of connections; `None`: as many as fit.
    pub(crate) max_connections: Option<usize>,
    pub(crate) api_budget: Budget,
    pub(crate) retain_activity_days: u16,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) retain_ended: TimeSpan,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) slow_query: Duration,
    pub(crate) drain_delay: Duration,
    pub(crate) otlp_endpoint: Option<OtlpEndpoint>,
    /// The part of traces to send; `None`: as the shared variables say.
    pub(crate) trace_sampling: Option<Sampling>,
    /// Where mail goes out; `None`: nowhere.
    pub(crate) mail: Option<MailSettings>,
}

impl ServeArgs {
    /// The settings; the file applies where no flag or variable does.
    pub(crate) fn resolve(self, data: &DataArgs) -> Result<ServeSettings, CliError> {
        let file = data.file()?;
        let trusted_proxies = if self.trusted_proxies.is_empty() {
            file.trusted_proxies.clone()
        } else {
            self.trusted_proxies
        };
        let allow_outgoing = if self.allow_outgoing.is_empty() {
            file.allow_outgoing.clone()
        } else {
            self.allow_outgoing
        };
        let otlp_endpoint = match self.otlp_endpoint {
            Some(endpoint) => Some(endpoint),
            None => OtlpEndpoint::shared(|name| std::env::var(name).ok())
                .map_err(CliError::Usage)?
                .or(file.otlp_endpoint.clone()),
        };
        let lifetimes = self.retention.lifetimes(&file)?;
        let retain_ended = self.retention.retain_ended(&file);
        let mail = self.mail.resolve(&file)?;
        Ok(ServeSettings {
            mail,
            data: data.with(&file)?,
            listen: self.listen.or(file.listen).unwrap_or(LISTEN),
            public_url: self.public_url.or(file.public_url),
            trusted_proxies,
            allow_outgoing,
            max_connections: self
                .max_connections
                .or(file.max_connections)
                .map(NonZeroUsize::get),
            api_budget: self.api_budget.or(file.api_budget).unwrap_or_default(),
            retain_activity_days: self
                .retain_activity_days
                .or(file.retain_activity_days.map(NonZeroU16::get))
                .unwrap_or(RETAIN_ACTIVITY_DAYS),
            lifetimes,
            retain_ended,
            metrics_listen: self.metrics_listen.or(file.metrics_listen),
            slow_query: Duration::from_millis(
                self.slow_query_ms.or(file.slow_query_ms).unwrap_or(SLOW_QUERY_MS),
            ),
            drain_delay: Duration::from_secs(self.drain_delay.or(file.drain_delay).unwrap_or(0)),
            otlp_endpoint,
            trace_sampling: self.trace_sampling.or(file.trace_sampling),
        })
    }
}

pub(crate) fn read_listen(text: &str) -> Result<SocketAddr, String> {
    let numeric = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    numeric
        .parse()
        .map_err(|_| "expected an IP address and a port, like 127.0.0.1:3000 or [::]:3000".to_owned())
}

/// Reads a budget, in points per minute.
pub(super) fn read_budget(text: &str) -> Result<Budget, String> {
    text.parse()
        .ok()
        .and_then(Budget::new)
        .ok_or_else(|| format!("expected 0 (no limit) or a number of points from {MAX_QUERY_COST} on"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listens_on_addresses_with_a_port() {
        assert_eq!(read_listen("127.0.0.1:0"), Ok("127.0.0.1:0".parse().unwrap()));
        assert_eq!(
            read_listen("localhost:4000"),
            Ok("127.0.0.1:4000".parse().unwrap())
        );
        assert!(read_listen("[::1]:3000").is_ok());
        for wrong in ["", "3000", "127.0.0.1", "example.com:3000", "localhost:x"] {
            assert!(
                read_listen(wrong)
                    .unwrap_err()
                    .starts_with("expected an IP address and a port")
            );
        }
    }

    #[test]
    fn a_budget_holds_the_largest_query() {
        assert_eq!(read_budget("1500"), Ok(Budget::new(1_500).unwrap()));
        assert_eq!(read_budget("0"), Ok(Budget::new(0).unwrap()));
        for wrong in ["", "1499", "-1", "many"] {
            assert_eq!(
                read_budget(wrong).unwrap_err(),
                "expected 0 (no limit) or a number of points from 1500 on"
            );
        }
    }
}
