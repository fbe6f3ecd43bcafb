//! The Headless API of a large network: members and posts are imported with `latchkey import` and read over HTTP.

mod api;
mod content;
mod files;
mod hostile;
mod me;
mod roster;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use self::api::Api;
use crate::Plan;
use crate::application::Application;
use crate::person::Person;
use crate::process::{self, Server, Setup};

/// The application's scopes.
const SCOPES: &str = "read:userinfo read:posts read:search host:read:network_members host:read:network_posts host:read:network_spaces";
/// Those that a member can grant.
const MEMBER_SCOPES: &str = "read:userinfo read:posts read:search";

/// Measures and prints.
pub(crate) async fn measure(plan: Plan) -> Result<()> {
    let data = tempfile::tempdir()?;
    let server = Server::latchkey(data.path()).await?;
    let application = Application::register(data.path(), SCOPES)?;
    let network = process::run(data.path(), &["network", "show", "--json"], "")?;
    let network: serde_json::Value = serde_json::from_str(&network)?;
    let api = |token: &str| Api::new(server.address, &network, token);

    let host = application
        .token_of(&mut Person::host(server.address).await?, SCOPES)
        .await?;
    let member = application
        .token_of(&mut Person::member(server.address).await?, MEMBER_SCOPES)
        .await?;
    let (host, member) = (api(&host)?, api(&member)?);

    me::measure(plan, &server, &member).await?;
    roster::measure(plan, &server, data.path(), &host).await?;
    content::measure(plan, data.path(), &host, &member).await?;
    hostile::measure(plan, &host).await?;
    println!(
        "\nMemory of the server after all of this: {:.1} MB.",
        crate::memory::megabytes(server.memory()?)
    );
    Ok(())
}

/// Imports a file while the server runs. Returns how long it took.
fn import(data: &Path, file: &Path) -> Result<Duration> {
    import_on(&Setup::on(data), file)
}

/// The same, for any database.
fn import_on(setup: &Setup, file: &Path) -> Result<Duration> {
    let started = Instant::now();
    let said = setup.run(&["import", &file.to_string_lossy()], "")?;
    let took = started.elapsed();
    println!(
        "\n`latchkey import`: {:.1} s. It said: {}",
        took.as_secs_f64(),
        said.trim()
    );
    Ok(took)
}

/// Imports `count` members.
pub(crate) fn import_members(setup: &Setup, count: usize) -> Result<()> {
    let file = files::members(&setup.data, count)?;
    import_on(setup, &file)?;
    Ok(std::fs::remove_file(file)?)
}
