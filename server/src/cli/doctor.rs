//! `latchkey doctor`: looks at what usually goes wrong, and says what to do. It changes nothing.

use std::fs;
use std::net::ToSocketAddrs;
use std::path::Path;

use clap::Args as ClapArgs;
use latchkey_domain::Clock;
use latchkey_store::postgres::PostgresStore;
use serde_json::json;

use super::open::{KEY_VARIABLE, key_of_environment, open_store};
use super::output::{OutputArgs, print, print_json};
use super::{CliError, DataArgs};
use crate::settings::{DataSettings, Database, PublicUrl, ServeArgs};
use crate::system::SystemClock;

#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    #[command(flatten)]
    serve: ServeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// What was looked at, and what is fine or has to be done.
struct Check {
    what: &'static str,
    finding: Result<String, String>,
}

pub(super) async fn run(Args { serve, output }: Args, data: &DataArgs) -> Result<(), CliError> {
    let settings = serve.resolve(data)?;
    let mut checks = Vec::new();
    if matches!(settings.data.database(), Database::Postgres(_)) && std::env::var_os(KEY_VARIABLE).is_some() {
        checks.push(Check {
            what: "Key",
            finding: key_of_environment()
                .map(|_| format!("{KEY_VARIABLE} has one; keep a copy of it apart from the database"))
                .map_err(|error| error.to_string()),
        });
    } else {
        checks.push(Check {
            what: "Data folder",
            finding: folder(&settings.data.folder()),
        });
        checks.push(Check {
            what: "Key",
            finding: key(&settings.data.key()),
        });
    }
    // Opening makes what is missing, so it is only done where nothing is.
    let begun = checks.iter().all(|check| check.finding.is_ok());
    let schema = if begun {
        schema(&settings.data).await
    } else {
        Err("not looked at: see above".into())
    };
    checks.push(Check {
        what: "Database",
        finding: schema,
    });
    checks.push(Check {
        what: "Clock",
        finding: clock(),
    });
    let public_url = settings
        .public_url
        .unwrap_or_else(|| PublicUrl::localhost(settings.listen.port()));
    checks.push(Check {
        what: "Public URL",
        finding: reachable(&public_url),
    });

    let problems = checks.iter().filter(|check| check.finding.is_err()).count();
    if output.json {
        let checks: Vec<_> = checks
            .iter()
            .map(|Check { what, finding }| {
                let (Ok(words) | Err(words)) = finding;
                json!({ "check": what, "ok": finding.is_ok(), "finding": words })
            })
            .collect();
        print_json(&json!({ "ok": problems == 0, "checks": checks }));
    } else {
        for Check { what, finding } in &checks {
            let (mark, words) = match finding {
                Ok(words) => ("ok     ", words),
                Err(words) => ("PROBLEM", words),
            };
            print(&format!("{mark}  {what:<11}  {words}"));
        }
    }
    match problems {
        0 => Ok(()),
        1 => Err(CliError::Failed(
            "one check found a problem: it says above what to do".into(),
        )),
        _ => Err(CliError::Failed(format!(
            "{problems} checks found a problem: each says above what to do"
        ))),
    }
}

fn folder(folder: &Path) -> Result<String, String> {
    let path = folder.display();
    let metadata = fs::metadata(folder).map_err(|error| {
        format!("{path}: {error}; `latchkey serve` makes it, or name another with --data-dir")
    })?;
    if !metadata.is_dir() {
        return Err(format!("{path} is not a folder: name another with --data-dir"));
    }
    let probe = folder.join(format!(".latchkey-doctor-{}", std::process::id()));
    fs::write(&probe, b"")
        .and_then(|()| fs::remove_file(&probe))
        .map_err(|error| {
            format!("{path} cannot be written to ({error}): make it writable for the user that runs Latchkey")
        })?;
    Ok(format!("{path} can be written to"))
}

fn key(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let metadata = fs::metadata(path).map_err(|error| {
        format!("{shown}: {error}; put it back from a backup, or start `latchkey serve` afresh")
    })?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(format!(
                "others than the owner can read {shown}: run `chmod 600 {shown}`"
            ));
        }
    }
    let _ = metadata;
    Ok(format!(
        "{shown} is there, for its owner alone; keep a copy of it apart from the database"
    ))
}

async fn schema(settings: &DataSettings) -> Result<String, String> {
    let (begun, shown) = match settings.database() {
        Database::Sqlite(path) => (
            fs::metadata(&path).is_ok_and(|metadata| metadata.len() > 0),
            path.display().to_string(),
        ),
        Database::Postgres(url) => (
            PostgresStore::is_begun(&url)
                .await
                .map_err(|error| error.to_string())?,
            url.to_string(),
        ),
    };
    if !begun {
        return Err(format!(
            "there is no database at {shown} yet: `latchkey serve` makes it"
        ));
    }
    let store = open_store(settings).await.map_err(|error| error.to_string())?;
    let instance = super::open::instance(store);
    instance.store.ping().await.map_err(|error| error.to_string())?;
    let host = instance
        .store
        .has_host()
        .await
        .map_err(|error| error.to_string())?;
    let next = if host {
        ""
    } else {
        "; it has no host yet: `latchkey serve` prints the link to set it up"
    };
    Ok(format!(
        "{shown} opens, with this version’s schema and its key{next}"
    ))
}

fn clock() -> Result<String, String> {
    /// 2025-01-01: this program is younger.
    const EARLIEST: i64 = 1_735_689_600;
    /// 2100-01-01.
    const LATEST: i64 = 4_102_444_800;
    let now = SystemClock.now();
    let words = super::member::iso(now);
    if (EARLIEST..LATEST).contains(&now.as_secs()) {
        Ok(format!(
            "{words} (codes and tokens expire by it: keep it set by NTP)"
        ))
    } else {
        Err(format!("{words} cannot be right: set the clock, best by NTP"))
    }
}

fn reachable(url: &PublicUrl) -> Result<String, String> {
    if url.is_loopback() {
        return Ok(format!(
            "{url} (only from this machine; others need --public-url)"
        ));
    }
    if !url.is_https() {
        return Err(format!(
            "{url} is not HTTPS: passwords and tokens would travel in the clear; put a proxy with HTTPS in front"
        ));
    }
    let host = url.host().trim_matches(['[', ']']);
    match (host, 443)
        .to_socket_addrs()
        .map(|mut addresses| addresses.next())
    {
        Ok(Some(address)) => Ok(format!("{url} ({})", address.ip())),
        Ok(None) | Err(_) => Err(format!(
            "the name {host} cannot be resolved here: check --public-url and the DNS"
        )),
    }
}
