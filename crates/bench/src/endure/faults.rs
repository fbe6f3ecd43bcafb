//! What people and operators see when something around the server breaks, and whether it recovers by itself. The
//! printed table can go into the operator's guide. The command fails if an answer is wrong, if the server hangs or
//! dies, or if something acknowledged is lost.

mod damage;
mod disk;
mod outside;
mod stage;

use anyhow::{Context, Result, bail};

/// A row of the table.
pub(super) struct Row {
    /// What broke.
    pub(super) fault: &'static str,
    /// What people and applications see.
    pub(super) seen: String,
    /// What the operator sees.
    pub(super) log: String,
    /// How it recovers.
    pub(super) after: String,
}

/// Breaks one thing after another and prints the table. Lists what cannot be broken on this machine.
pub(super) async fn run(quick: bool) -> Result<()> {
    println!("\n## What breaks, and what is seen\n");
    println!(
        "| what breaks | people and applications see | the operator sees | afterwards |\n|---|---|---|---|"
    );
    let mut failures = Vec::new();
    let mut note = |what: &str, outcome: Result<Row>| match outcome.with_context(|| what.to_owned()) {
        Ok(row) => println!("| {} | {} | {} | {} |", row.fault, row.seen, row.log, row.after),
        Err(error) => failures.push(format!("{error:#}")),
    };
    note("full disk", disk::full().await);
    note("read-only data folder", disk::read_only().await);
    note("damaged head", damage::head().await);
    note("damaged middle, at start", damage::middle_at_start().await);
    note(
        "damaged middle, while running",
        damage::middle_while_running().await,
    );
    note("another key", damage::other_key().await);
    note("no key", damage::no_key().await);
    note("clock set back", outside::clock().await);
    note("PostgreSQL gone", outside::postgres(quick).await);
    if failures.is_empty() {
        Ok(())
    } else {
        bail!("wrong:\n- {}", failures.join("\n- "))
    }
}
