//! `latchkey doctor`: checks what usually goes wrong, and says what to do. It changes nothing.

mod data;
mod machine;
mod postgres;

use std::error::Error;

use clap::Args as ClapArgs;
use serde_json::json;

use super::output::{OutputArgs, print, print_json};
use super::{CliError, DataArgs};
use crate::settings::{Database, PublicUrl, ServeArgs};

#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    #[command(flatten)]
    serve: ServeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// No action needed.
    Ok,
    /// It works, but something should be done.
    Warn,
    /// It does not work, or not safely.
    Fail,
}

impl Level {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warn => "WARN",
            Self::Fail => "FAIL",
        }
    }
}

/// What was found, and what to do about it.
struct Finding(Level, String);

impl<E: Error> From<E> for Finding {
    fn from(error: E) -> Self {
        fail(error.to_string())
    }
}

fn ok(words: impl Into<String>) -> Finding {
    Finding(Level::Ok, words.into())
}

fn warn(words: impl Into<String>) -> Finding {
    Finding(Level::Warn, words.into())
}

fn fail(words: impl Into<String>) -> Finding {
    Finding(Level::Fail, words.into())
}

type Check = (&'static str, Finding);

/// A check that ends early if something fails.
type Checked = Result<Finding, Finding>;

fn finding(checked: Checked) -> Finding {
    checked.unwrap_or_else(|failed| failed)
}

pub(super) async fn run(Args { serve, output }: Args, data: &DataArgs) -> Result<(), CliError> {
    let settings = serve.resolve(data)?;
    let folder = settings.data.folder();
    let mut checks = match settings.data.database() {
        Database::Sqlite(file) => vec![
            ("Data folder", finding(data::folder(&folder))),
            ("Disk space", machine::disk_space(&folder, &file)),
            ("Key", finding(data::key(&settings.data.key()))),
        ],
        Database::Postgres(_) => postgres::key(&settings.data),
    };
    // Opening creates what is missing, so open only if nothing is.
    let is_healthy = checks.iter().all(|(_, Finding(level, _))| *level != Level::Fail);
    if is_healthy {
        checks.extend(match settings.data.database() {
            Database::Sqlite(file) => data::database(&file).await,
            Database::Postgres(url) => postgres::database(&settings.data, &url).await,
        });
    } else {
        checks.push(("Database", fail("not checked: see above")));
    }
    let public_url = settings
        .public_url
        .unwrap_or_else(|| PublicUrl::localhost(settings.listen.port()));
    checks.push(("Clock", machine::clock()));
    checks.push(("Public URL", machine::public_url(&public_url)));
    // HTTPS only arrives here through a proxy.
    if public_url.is_https() {
        let trusted = settings.trusted_proxies.into_iter().collect();
        checks.push(("Proxy", machine::proxy(&trusted)));
    }
    if let Some(mail) = &settings.mail {
        checks.push(("Mail", machine::mail(mail, &public_url).await));
    }
    checks.push(("Listen", machine::listen(settings.listen, &public_url).await));
    tell(&checks, output.json)
}

fn tell(checks: &[Check], as_json: bool) -> Result<(), CliError> {
    let failed = checks
        .iter()
        .filter(|(_, Finding(level, _))| *level == Level::Fail)
        .count();
    if as_json {
        let checks: Vec<_> = checks
            .iter()
            .map(|(what, Finding(level, words))| {
                json!({ "check": what, "level": level.word(), "ok": *level != Level::Fail, "finding": words })
            })
            .collect();
        print_json(&json!({ "ok": failed == 0, "checks": checks }));
    } else {
        for (what, Finding(level, words)) in checks {
            print(&format!("{:<4}  {what:<11}  {words}", level.word()));
        }
    }
    match failed {
        0 => Ok(()),
        1 => Err(CliError::Failed("one check failed: see above what to do".into())),
        _ => Err(CliError::Failed(format!(
            "{failed} checks failed: see above what to do"
        ))),
    }
}
