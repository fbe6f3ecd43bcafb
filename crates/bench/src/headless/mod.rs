//! The Headless API of a large network: members and posts are imported with `latchkey import` and read over HTTP.

mod api;
mod content;
mod files;
mod hostile;
mod me;
mod roster;

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use self::api::Api;
pub(crate) use self::api::data_in;
use crate::Plan;
use crate::application::Application;
use crate::person::Person;
use crate::process::{Server, Setup};

/// The application's scopes.
const SCOPES: &str = "read:userinfo read:posts read:search host:read:network_members host:read:network_posts host:read:network_spaces";
/// Those that a member can grant.
const MEMBER_SCOPES: &str = "read:userinfo read:posts read:search";

/// Measures and prints.
pub(crate) async fn measure(plan: Plan) -> Result<()> {
    let data = tempfile::tempdir()?;
    let setup = Setup::on(data.path());
    let server = Server::start(&setup).await?;
    let application = Application::register(&setup, SCOPES)?;
    let path = setup.graphql_path()?;
    let api = async |mut person: Person, scopes: &str| -> Result<Api> {
        Ok(Api {
            address: server.address,
            path: path.clone(),
            token: application.tokens_of(&mut person, scopes).await?.access,
        })
    };
    let host = api(Person::host(server.address).await?, SCOPES).await?;
    let member = api(Person::member(server.address).await?, MEMBER_SCOPES).await?;

    me::measure(plan, &server, &member).await?;
    roster::measure(plan, &setup, &host).await?;
    content::measure(plan, &setup, &host, &member).await?;
    hostile::measure(plan, &host).await?;
    println!(
        "\nMemory of the server after all of this: {:.1} MB.",
        crate::memory::megabytes(server.memory()?)
    );
    Ok(())
}

/// Imports a file while the server runs.
fn import(setup: &Setup, file: &Path) -> Result<()> {
    let started = Instant::now();
    let said = setup.run(&["import", &file.to_string_lossy()], "")?;
    println!(
        "\n`latchkey import`: {:.1} s. It said: {}",
        started.elapsed().as_secs_f64(),
        said.trim()
    );
    Ok(())
}

/// Imports `count` members.
pub(crate) fn import_members(setup: &Setup, count: usize) -> Result<()> {
    let file = files::members(&setup.data, count)?;
    import(setup, &file)?;
    Ok(std::fs::remove_file(file)?)
}
