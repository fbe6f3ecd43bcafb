//! A database with overwritten bytes, and a wrong or missing key.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::time::Instant;

use anyhow::{Result, ensure};

use super::Row;
use super::stage::Stage;

/// The size of a page.
const PAGE: u64 = 4_096;
const DATABASE: &str = "latchkey.db";
const KEY: &str = "latchkey.key";

/// Breaks a file of a stopped server, which must not start then, and puts it back. Returns what the server said.
async fn broken(name: &str, breaks: impl FnOnce(&Stage) -> Result<()>) -> Result<String> {
    let mut stage = Stage::new().await?;
    stage.stop();
    let (file, kept) = (stage.file(name), stage.setup.data.with_file_name("kept"));
    fs::copy(&file, &kept)?;
    breaks(&stage)?;
    let is_there = file.exists();
    let log = stage.fails_to_start().await?;
    ensure!(file.exists() == is_there, "it made a new {name}");
    fs::copy(&kept, &file)?;
    stage.starts_well().await?;
    Ok(log)
}

/// The first bytes of the file are overwritten.
pub(super) async fn head() -> Result<Row> {
    Ok(Row {
        fault: "the head of `latchkey.db` was overwritten",
        seen: "nothing: the server does not start, and changes nothing".to_owned(),
        log: broken(DATABASE, |stage| overwrite(stage, 0, 100)).await?,
        after: "starts with the file put back".to_owned(),
    })
}

/// Pages in the middle were overwritten while the server was stopped.
pub(super) async fn middle_at_start() -> Result<Row> {
    let mut stage = Stage::new().await?;
    stage.stop();
    let good = fs::read(stage.file(DATABASE))?;
    overwrite(&stage, PAGE, good.len() as u64 - PAGE)?;
    let started = Instant::now();
    let mut server = stage.spawn()?;
    let (seen, log) = if server.wait_until_ready(started).await.is_ok() {
        stage.server = Some(server);
        let seen = stage.see().await?;
        ensure!(
            !seen.read.status.is_success() && !seen.write.status.is_success(),
            "it answers from damaged pages: {}",
            seen.text()
        );
        let log = stage.last_error()?;
        stage.server.take();
        (format!("it starts; {}", seen.text()), log)
    } else {
        drop(server);
        let log = stage.fails_to_start().await?;
        ("nothing: the server does not start".to_owned(), log)
    };
    ensure!(
        stage.setup.run(&["doctor"], "").is_err(),
        "`latchkey doctor` finds nothing wrong with a database whose pages were all overwritten"
    );
    for rest in ["latchkey.db-wal", "latchkey.db-shm"] {
        let _ = fs::remove_file(stage.file(rest));
    }
    fs::write(stage.file(DATABASE), good)?;
    stage.starts_well().await?;
    Ok(Row {
        fault: "all pages of `latchkey.db` but the first were overwritten, at the start",
        seen,
        log,
        after: "`latchkey doctor` says so, too; starts with the file put back".to_owned(),
    })
}

/// The same while it runs.
pub(super) async fn middle_while_running() -> Result<Row> {
    let mut stage = Stage::new().await?;
    // Move everything into the file, so that the log does not hide the damage. The caches start empty.
    stage.stop();
    stage.start().await?;
    let good = fs::read(stage.file(DATABASE))?;
    overwrite(&stage, PAGE, good.len() as u64 - PAGE)?;
    let seen = stage.see().await?;
    let log = stage.last_error()?;
    // Restore the file under the running server: pages that it did not change are valid again.
    let file = OpenOptions::new().write(true).open(stage.file(DATABASE))?;
    file.write_all_at(&good, 0)?;
    let after = if stage.is_well().await.is_ok() {
        "goes on with the file put back, without a restart"
    } else {
        stage.stop();
        stage.starts_well().await?;
        "goes on with the file put back and a restart"
    };
    Ok(Row {
        fault: "the same while the server runs",
        seen: seen.text(),
        log,
        after: after.to_owned(),
    })
}

/// The key belongs to another database.
pub(super) async fn other_key() -> Result<Row> {
    let other = Stage::new().await?;
    let replace = |stage: &Stage| Ok(fs::copy(other.file(KEY), stage.file(KEY)).map(|_| ())?);
    Ok(Row {
        fault: "`latchkey.key` is another database's",
        seen: "nothing: the server does not start".to_owned(),
        log: broken(KEY, replace).await?,
        after: "starts with its own key".to_owned(),
    })
}

/// The key is missing.
pub(super) async fn no_key() -> Result<Row> {
    Ok(Row {
        fault: "`latchkey.key` is gone",
        seen: "nothing: the server does not start, and makes no new key".to_owned(),
        log: broken(KEY, |stage| Ok(fs::remove_file(stage.file(KEY))?)).await?,
        after: "starts with the key put back".to_owned(),
    })
}

fn overwrite(stage: &Stage, from: u64, length: u64) -> Result<()> {
    let file = OpenOptions::new().write(true).open(stage.file(DATABASE))?;
    file.write_all_at(&vec![0xA5; usize::try_from(length)?], from)?;
    Ok(())
}
