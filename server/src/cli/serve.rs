//! `latchkey serve`

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args as ClapArgs;
use latchkey_app::pages::{CONFIRM_EMAIL, LINK_ACCOUNT, SIGN_IN_LINK};
use latchkey_domain::{TimeSpan, limits};
use latchkey_mail::{Mailing, Outbox, Place};
use latchkey_outgoing::Outgoing;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::listener::ClosingListener;
use super::open::{instance, open_store};
use super::output::print;
use super::signals::Signals;
use super::{CliError, DataArgs, log};
use crate::connections::{Bounds, Capacity, Timeouts, connections_for, serve};
use crate::demo;
use crate::housekeeping::{self, Rules};
use crate::http::{AppState, Site, metrics_router, router};
use crate::instance::Instance;
use crate::settings::{DataSettings, Database, MailSettings, PublicUrl, ServeArgs, ServeSettings};
use crate::traces::Traces;
use crate::usage_meter;

/// How long requests in progress may take when the server stops.
const DRAIN: Duration = Duration::from_secs(10);

/// How long, behind a balancer, open connections may still bring requests after new connections are refused: a proxy
/// may have just opened one or be sending a request on it.
const LINGER: Duration = Duration::from_millis(500);

/// How many connections may wait to be accepted. The system drops any above that, and their clients retry after a
/// second: a burst of connections would make everyone else wait for that long.
const BACKLOG: u32 = 4_096;

#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    #[command(flatten)]
    serve: ServeArgs,
    /// Serve the demonstration network: only on loopback, only from an empty folder or a demonstration's
    #[arg(long)]
    demo: bool,
}

pub(super) fn run(Args { serve, demo }: Args, data: &DataArgs, site: Site) -> Result<(), CliError> {
    let settings = serve.resolve(data)?;
    if demo {
        check_demo(&settings)?;
    }
    let runtime = Runtime::new().map_err(|error| CliError::Failed(format!("cannot start: {error}")))?;
    let traces = send_traces(&settings, &runtime)?;
    log::start(traces.as_ref());
    let served = runtime.block_on(async {
        let served = serve_until_told(settings, site, demo).await;
        if let Some(traces) = traces {
            traces.flush().await;
        }
        served
    });
    // A password hash in progress must not delay the exit.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

/// Sets up traces, if the settings name a collector.
fn send_traces(settings: &ServeSettings, runtime: &Runtime) -> Result<Option<Traces>, CliError> {
    let Some(endpoint) = &settings.otlp_endpoint else {
        return Ok(None);
    };
    Traces::to(endpoint, settings.trace_sampling, runtime.handle().clone())
        .map(Some)
        .map_err(|error| CliError::Failed(format!("cannot send traces to {endpoint}: {error}")))
}

async fn serve_until_told(settings: ServeSettings, site: Site, demo: bool) -> Result<(), CliError> {
    let connections = connections_for(settings.max_connections).map_err(CliError::Usage)?;
    // Binds first: if the address does not work, nothing is left in the data folder.
    let (listener, bound) = bind(settings.listen, "--listen").await?;
    let metrics = match settings.metrics_listen {
        Some(address) => Some(bind(address, "--metrics-listen").await?),
        None => None,
    };
    let instance = instance(open_store(&settings.data).await?).with_lifetimes(settings.lifetimes);
    if demo {
        // A database with nothing in it was just created by this command.
        if !demo::may_fill(&*instance.store).await? {
            return Err(not_a_demo(&settings.data));
        }
        demo::fill(&instance).await?;
    }
    let public_url = settings
        .public_url
        .unwrap_or_else(|| PublicUrl::localhost(bound.port()));
    instance.store.log_slow(settings.slow_query);
    warn_of_changed_schema(&instance).await;
    // Must run before the first token with this lifetime is issued.
    let refresh_tokens = settings.lifetimes.refresh_token().duration();
    instance.store.note_refresh_lifetime(refresh_tokens).await?;
    announce(&instance, &public_url, bound, demo).await?;
    housekeeping::start(
        &instance,
        instance.authorization_server(&public_url),
        Rules {
            activity: TimeSpan::days(settings.retain_activity_days.into()).duration(),
            ended: settings.retain_ended.duration(),
            refresh_tokens,
            grants: settings.lifetimes.grant().duration(),
        },
    );
    let bounds = Bounds {
        capacity: Capacity::of(connections),
        timeouts: Timeouts::default(),
        trusted: settings.trusted_proxies.iter().copied().collect(),
    };
    let outbox = match &settings.mail {
        Some(mail) => Some(outbox(&instance, mail, &public_url)?),
        None => None,
    };
    if let Some(outbox) = &outbox {
        outbox.start();
    }
    let mailing = Mailing::new(instance.store.clone(), instance.clock.clone(), outbox);
    let state = AppState::new(
        instance,
        site,
        public_url,
        settings.trusted_proxies,
        settings.api_budget,
        mailing,
        Outgoing::new(settings.allow_outgoing),
    );
    let writing = tokio::spawn(write_usage_down(state.clone()));
    if let Some((listener, bound)) = metrics {
        show_metrics(listener, bound, state.clone(), bounds.clone());
    }
    let (stop, mut stopping) = watch::channel(false);
    let (close, closing) = watch::channel(false);
    let listener = ClosingListener::new(listener, bound, closing);
    let server = serve(listener, router(state.clone()), bounds, stopping.clone());
    let mut signals =
        Signals::new().map_err(|error| CliError::Failed(format!("cannot listen for signals: {error}")))?;
    let ending = state.clone();
    tokio::spawn(async move {
        signals.next().await;
        ending.stop();
        step_down(settings.drain_delay, &mut signals).await;
        let _ = close.send(true);
        if !settings.drain_delay.is_zero() {
            tokio::time::sleep(LINGER).await;
        }
        tracing::info!("stopping: accepting no new requests, finishing those in progress");
        let _ = stop.send(true);
    });
    let overdue = async move {
        let _ = stopping.wait_for(|stop| *stop).await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        () = server => {}
        () = overdue => tracing::warn!("stopped with requests unanswered after {} s", DRAIN.as_secs()),
    }
    writing.abort();
    state.usage.write_down(&*state.instance.store).await?;
    state.oauth.write_unkept().await?;
    Ok(())
}

/// What sends the mails that wait.
fn outbox(instance: &Instance, mail: &MailSettings, public_url: &PublicUrl) -> Result<Outbox, CliError> {
    Ok(Outbox::new(
        instance.store.clone(),
        instance.clock.clone(),
        instance.randomness.clone(),
        instance.links.clone(),
        (mail.server(public_url)?, mail.sender.clone()),
        Place {
            origin: public_url.origin().to_owned(),
            link: SIGN_IN_LINK,
            email: CONFIRM_EMAIL,
            account: LINK_ACCOUNT,
            sessions: "/account/sessions",
        },
    ))
}

/// Gives a balancer time to see at `/readyz` that it has to send requests elsewhere; a second signal cuts it short.
async fn step_down(delay: Duration, signals: &mut Signals) {
    if delay.is_zero() {
        return;
    }
    tracing::info!(
        "stopping in {} s: /readyz answers 503; requests are answered until then",
        delay.as_secs()
    );
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = signals.next() => {}
    }
}

/// Serves metrics at a separate address until the process ends, also while requests are drained.
fn show_metrics(listener: TcpListener, bound: SocketAddr, state: AppState, bounds: Bounds) {
    print(&format!("Metrics are at http://{bound}/metrics"));
    let bounds = Bounds {
        capacity: Capacity::of(limits::METRICS_CONNECTIONS),
        ..bounds
    };
    tokio::spawn(async move {
        // It stays open until the process ends.
        let (_open, closing) = watch::channel(false);
        let listener = ClosingListener::new(listener, bound, closing.clone());
        serve(listener, metrics_router(state), bounds, closing).await;
    });
}

/// Writes every few seconds what was counted: the use of the Headless API, and failures that Activity did not keep.
async fn write_usage_down(state: AppState) {
    loop {
        tokio::time::sleep(usage_meter::EVERY).await;
        if let Err(error) = state.usage.write_down(&*state.instance.store).await {
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::warn!(error, "could not record the use of the Headless API; retrying");
        }
        if let Err(error) = state.oauth.write_unkept().await {
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::warn!(error, "could not count the failures that Activity did not keep");
        }
    }
}

/// Listens at the address of `flag`. Returns the bound address too, since port 0 picks any.
async fn bind(address: SocketAddr, flag: &str) -> Result<(TcpListener, SocketAddr), CliError> {
    let bound = async {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        // Reuses a recently used port at once, as when a server restarts.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    };
    bound.await.map_err(|error: std::io::Error| {
        let what_to_do = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                "another program listens there: stop it, or choose another port with"
            }
            std::io::ErrorKind::PermissionDenied => "choose a port above 1023 with",
            _ => "choose another address with",
        };
        CliError::Failed(format!(
            "cannot listen on {address} ({error}): {what_to_do} {flag}"
        ))
    })
}

/// Says where to go. The setup link only goes to standard output: the log may be kept and read by others.
async fn announce(
    instance: &Instance,
    public_url: &PublicUrl,
    bound: SocketAddr,
    demo: bool,
) -> Result<(), CliError> {
    print(&format!("Latchkey is at {public_url}"));
    if demo {
        print(&demo::sign_ins());
    } else if instance.setup.is_needed().await? {
        let token = instance.setup.token().await?;
        print(&format!(
            "This network has no host yet. Set it up at {public_url}/setup?token={token}"
        ));
    }
    if !public_url.is_loopback() && !public_url.is_https() {
        tracing::warn!(
            "{public_url} is not HTTPS: passwords and tokens are sent unencrypted; put a proxy with HTTPS in front"
        );
    }
    tracing::info!(listen = %bound, public_url = %public_url, version = env!("CARGO_PKG_VERSION"), "ready");
    if public_url.is_loopback() && !bound.ip().is_loopback() {
        tracing::warn!(
            "others can reach this address, but only requests for {public_url} are answered: set --public-url"
        );
    }
    Ok(())
}

/// The server starts anyway: the operator may have changed the schema, and `latchkey doctor` says what to do.
async fn warn_of_changed_schema(instance: &Instance) {
    match instance.store.schema_differences().await {
        Ok(differences) if differences.is_empty() => {}
        Ok(differences) => tracing::warn!(
            "someone changed the schema of the database: it {}; `latchkey doctor` says what to do",
            differences.join(", ")
        ),
        Err(error) => tracing::warn!(%error, "the schema of the database cannot be compared"),
    }
}

/// The demonstration's passwords are public, so it must neither be reachable from elsewhere nor replace a network
/// that someone needs.
fn check_demo(settings: &ServeSettings) -> Result<(), CliError> {
    if !settings.listen.ip().is_loopback() {
        return Err(CliError::Usage(format!(
            "--demo listens on loopback only, and {} is not: its passwords are known to everybody",
            settings.listen
        )));
    }
    let Database::Sqlite(file) = settings.data.database() else {
        // Whether it is empty is checked after opening it.
        return Ok(());
    };
    let folder = settings.data.folder();
    let has_database = file.exists();
    let is_empty = std::fs::read_dir(&folder).map_or(true, |mut entries| entries.next().is_none());
    if has_database || is_empty {
        Ok(())
    } else {
        Err(not_a_demo(&settings.data))
    }
}

fn not_a_demo(data: &DataSettings) -> CliError {
    CliError::Failed(match data.database() {
        Database::Sqlite(_) => format!(
            "{} is neither empty nor a demonstration’s: give --demo a folder of its own with --data-dir",
            data.folder().display()
        ),
        Database::Postgres(url) => format!(
            "{url} is neither empty nor a demonstration’s: give --demo a database of its own with --database"
        ),
    })
}
