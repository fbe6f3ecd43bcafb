//! A clock that was set back, and a database that is down.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use http::StatusCode;

use super::Row;
use super::stage::Stage;
use crate::endure::postgres::{Cluster, is_supported};
use crate::process::Setup;

/// How soon the server must notice that the database is back.
const NOTICED: Duration = Duration::from_secs(10);

/// A row about a fault that was not tried.
fn skipped(fault: &'static str, why: &str) -> Row {
    Row {
        fault,
        seen: format!("not tried here: {why}"),
        log: String::new(),
        after: String::new(),
    }
}

/// The clock is an hour behind after a restart, so issued tokens are from the future.
pub(super) async fn clock() -> Result<Row> {
    const FAULT: &str = "the clock is set back an hour";
    // It starts programs as children. A preloaded library does the same in a process that can be killed by its id.
    let Ok(asked) = Command::new("faketime")
        .args(["-f", "-1h", "printenv", "LD_PRELOAD"])
        .output()
    else {
        return Ok(skipped(FAULT, "it needs `faketime`"));
    };
    let library = String::from_utf8(asked.stdout)?;
    let preload = format!("LD_PRELOAD={}", library.trim());
    let mut stage = Stage::new().await?;
    stage.stop();
    stage.setup.start_through(["env", &preload, "FAKETIME=-1h"]);
    stage.start().await?;
    let seen = stage.see().await?;
    ensure!(
        seen.read.status.is_success() && seen.write.status.is_success(),
        "an honest client suffers: {}",
        seen.text()
    );
    stage.is_well().await?;
    let said = stage.setup.run(&["doctor"], "");
    let said = said.unwrap_or_else(|error| error.to_string());
    let line = said.lines().find(|line| line.contains("Clock"));
    stage.stop();
    stage.setup.through.clear();
    stage.starts_well().await?;
    Ok(Row {
        fault: FAULT,
        seen: seen.text(),
        log: format!("`latchkey doctor`: `{}`", line.unwrap_or("-").trim()),
        after: "goes on both ways; nobody has to authorize again".to_owned(),
    })
}

/// `PostgreSQL` dies and comes back: after ten seconds in a quick run, else after a minute, when every pooled
/// connection and every wait for one has ended.
pub(super) async fn postgres(quick: bool) -> Result<Row> {
    let (fault, away) = if quick {
        ("PostgreSQL is gone for ten seconds", Duration::from_secs(10))
    } else {
        ("PostgreSQL is gone for a minute", Duration::from_secs(60))
    };
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    if !is_supported()? {
        return Ok(skipped(fault, "this version keeps its data in SQLite"));
    }
    let mut cluster = Cluster::start()?;
    let setup = Setup {
        database: Some(cluster.database("faults")?),
        ..Setup::on(&data)
    };
    let mut stage = Stage::on(folder, setup).await?;
    ensure!(stage.register().await?, "nothing can be registered");
    cluster.kill();
    let (started, mut slowest) = (Instant::now(), Duration::ZERO);
    let mut last = None;
    while started.elapsed() < away {
        let asked = Instant::now();
        let seen = stage.see().await?;
        // Four requests, one after another.
        slowest = slowest.max(asked.elapsed() / 4);
        for observed in [&seen.read, &seen.write, &seen.page, &seen.ready] {
            ensure!(
                observed.status == StatusCode::SERVICE_UNAVAILABLE,
                "expected a 503: {}",
                seen.text()
            );
        }
        last = Some(seen);
    }
    let log = stage.last_error()?;
    cluster.start_again()?;
    let back = Instant::now();
    while !stage.see().await?.ready.status.is_success() {
        ensure!(back.elapsed() < NOTICED, "it does not find the database again");
    }
    let back = back.elapsed();
    stage.is_well().await?;
    Ok(Row {
        fault,
        seen: format!(
            "{}; an answer takes {:.1} s at most",
            last.map(|seen| seen.text()).unwrap_or_default(),
            slowest.as_secs_f64()
        ),
        log,
        after: format!(
            "goes on {} ms after the database is back, without a restart; nothing acknowledged is lost",
            back.as_millis()
        ),
    })
}
