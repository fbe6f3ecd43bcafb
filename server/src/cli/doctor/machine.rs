//! The machine: disk, clock, and how requests reach it.

use std::fs;
use std::io::ErrorKind;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;

use latchkey_domain::Clock;
use tokio::net::TcpListener;

use super::{Finding, fail, ok, warn};
use crate::cli::backup::size;
use crate::settings::{MailSettings, PublicUrl, TrustedProxies};
use crate::system::SystemClock;

/// With less free space, a database soon stops.
const LEAST: u64 = 100 * 1_024 * 1_024;

/// Free space as a multiple of the database's size: for a backup before an upgrade, one by hand and the write-ahead
/// log.
const TIMES: u64 = 3;

#[cfg(unix)]
pub(super) fn disk_space(folder: &Path, database: &Path) -> Finding {
    // The folder may not exist yet; its parent is on the same disk.
    let place = folder
        .ancestors()
        .find(|place| place.exists())
        .unwrap_or(Path::new("."));
    let place = if place.as_os_str().is_empty() {
        Path::new(".")
    } else {
        place
    };
    let free = match rustix::fs::statvfs(place) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return warn(format!("cannot be determined for {}: {error}", place.display())),
    };
    let needed = fs::metadata(database)
        .map_or(0, |database| database.len())
        .saturating_mul(TIMES);
    let words = format!("{} free at {}", size(free), place.display());
    if free < LEAST {
        fail(format!("{words}: free some space, or writes will soon fail"))
    } else if free < needed {
        warn(format!(
            "{words}, but the database and its backups need {}: free some space before the next upgrade",
            size(needed)
        ))
    } else {
        ok(words)
    }
}

#[cfg(not(unix))]
pub(super) fn disk_space(_folder: &Path, _database: &Path) -> Finding {
    let _ = (LEAST, TIMES, size, fs::metadata::<&Path>);
    warn("not checked on this system: make sure that there is room for three times the database")
}

pub(super) fn clock() -> Finding {
    /// 2025-01-01: this program is newer.
    const EARLIEST: i64 = 1_735_689_600;
    /// 2100-01-01.
    const LATEST: i64 = 4_102_444_800;
    let now = SystemClock.now();
    let words = now.iso();
    if (EARLIEST..LATEST).contains(&now.as_secs()) {
        ok(format!(
            "{words} (codes and tokens depend on it: set it with NTP)"
        ))
    } else {
        fail(format!(
            "{words} cannot be right: set the clock, preferably with NTP"
        ))
    }
}

/// Connects to the mail server and signs in; sends nothing.
pub(super) async fn mail(settings: &MailSettings, public_url: &PublicUrl) -> Finding {
    let server = match settings.server(public_url) {
        Ok(server) => server,
        Err(error) => return fail(error.to_string()),
    };
    match server.check().await {
        Ok(()) => ok(format!(
            "{} answers; `latchkey mail test ADDRESS` sends a mail",
            server.address()
        )),
        Err(refusal) => fail(format!(
            "{refusal}: check --smtp and the password, and whether this machine may connect there"
        )),
    }
}

pub(super) fn public_url(url: &PublicUrl) -> Finding {
    if url.is_loopback() {
        return ok(format!(
            "{url} (only from this machine; others need --public-url)"
        ));
    }
    if !url.is_https() {
        return fail(format!(
            "{url} is not HTTPS: passwords and tokens would be sent unencrypted; put a proxy with HTTPS in front"
        ));
    }
    let host = url.host().trim_matches(['[', ']']);
    match (host, 443)
        .to_socket_addrs()
        .map(|mut addresses| addresses.next())
    {
        Ok(Some(address)) => ok(format!("{url} ({})", address.ip())),
        Ok(None) | Err(_) => fail(format!(
            "the name {host} cannot be resolved here: check --public-url and the DNS"
        )),
    }
}

/// Whether the proxy is trusted. HTTPS requires one.
pub(super) fn proxy(trusted: &TrustedProxies) -> Finding {
    if trusted.is_empty() {
        return warn(
            "none is trusted, so all people share the limits of the proxy's address: 30 wrong passwords from strangers \
             keep everybody out for a while; set --trusted-proxy to the address that the proxy connects from",
        );
    }
    ok(
        "X-Forwarded-For and Forwarded are accepted from the trusted proxies; the log warns once if they come from elsewhere",
    )
}

/// Whether the server can listen, or already does.
pub(super) async fn listen(address: SocketAddr, public_url: &PublicUrl) -> Finding {
    match TcpListener::bind(address).await {
        Ok(_) if public_url.is_loopback() && !address.ip().is_loopback() => warn(format!(
            "{address} can be reached by others, but only requests for {public_url} are answered: set --public-url"
        )),
        Ok(_) => ok(format!("{address} is free; the server is not running there")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            ok(format!("{address} is in use, by the server if it is running"))
        }
        Err(error) => fail(format!(
            "{address} cannot be listened on ({error}): choose another with --listen"
        )),
    }
}
