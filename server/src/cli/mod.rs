//! The command line. Each [`Command`] has a file of its name; several of them share `open` (the data), `output`,
//! `password`, `progress` and `log`, while only `serve` uses `listener` (the listening socket) and `signals`.

mod app;
mod backup;
mod copy;
mod demo;
mod doctor;
mod health;
mod import;
mod key;
mod listener;
mod log;
mod mail;
mod member;
mod network;
mod open;
mod output;
mod password;
mod postgres_backup;
mod progress;
mod provider;
mod serve;
mod signals;

use std::ffi::OsString;
use std::future::Future;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use latchkey_storage_sql::sqlite::NOTICED_AFTER;

use crate::error::CliError;
use crate::http::Site;
use crate::settings::DataArgs;

/// OAuth for a community network: hosts register applications, members sign in and consent, applications call the API.
#[derive(Debug, Parser)]
#[command(
    name = "latchkey",
    version,
    arg_required_else_help = true,
    after_help = "Settings come from flags, then the environment (LATCHKEY_…), then latchkey.toml in the working folder \
                  (or the file that --config names), where each has its flag's name with _ for -."
)]
struct Cli {
    #[command(flatten)]
    data: DataArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(serve::Args),
    /// Fill an empty network with the demonstration community
    Demo,
    /// Import a community from members.csv or network.json; everything or nothing
    Import(import::Args),
    /// Show or change the network
    #[command(subcommand)]
    Network(network::Command),
    /// Add, list, change and remove members
    #[command(subcommand)]
    Member(member::Command),
    /// Check that mail goes out
    #[command(subcommand)]
    Mail(mail::Command),
    /// Register, list, show, change, move and delete OAuth applications
    #[command(subcommand)]
    App(app::Command),
    /// Add, list, show, turn on and off, and delete providers that sign members in
    #[command(subcommand)]
    Provider(provider::Command),
    /// Write a copy of the database to a file, while the server runs
    Backup(backup::BackupArgs),
    // The help shows this text verbatim, without Markdown.
    #[allow(clippy::doc_markdown)]
    /// Replace the database with a backup, while the server is stopped; on PostgreSQL, fill an empty database
    Restore(backup::RestoreArgs),
    #[allow(clippy::doc_markdown)]
    /// Copy the network into another database, from SQLite to PostgreSQL or back; everything or nothing
    Copy(copy::Args),
    /// Replace the server key
    #[command(subcommand)]
    Key(key::Command),
    /// Check the data folder, disk, key, database, backups, clock and addresses, and say what to do
    Doctor(doctor::Args),
    /// Ask the server on this machine whether it is ready: exit status 0 if yes, 1 if not
    Health(health::Args),
}

/// Runs the command in `arguments`. 0: success; 1: failure; 2: wrong usage. `site` is what the server's pages load.
pub fn run(arguments: impl IntoIterator<Item = OsString>, site: Site) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    match execute(cli, site) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error.to_string());
            ExitCode::from(error.exit_code())
        }
    }
}

fn execute(Cli { data, command }: Cli, site: Site) -> Result<(), CliError> {
    match command {
        Command::Serve(args) => serve::run(args, &data, site),
        Command::Demo => block_on(demo::run(&data)),
        Command::Import(args) => block_on(import::run(args, &data)),
        Command::Network(command) => block_on(network::run(command, &data)),
        Command::Member(command) => block_on(member::run(command, &data)),
        Command::Mail(command) => block_on(mail::run(command, &data)),
        Command::App(command) => block_on(app::run(command, &data)),
        Command::Provider(command) => block_on(provider::run(command, &data)),
        Command::Backup(args) => block_on(backup::back_up(args, &data)),
        Command::Restore(args) => block_on(backup::restore(args, &data)),
        Command::Copy(args) => block_on(copy::run(args, &data)),
        Command::Key(command) => block_on(key::run(command, &data)),
        Command::Doctor(args) => block_on(doctor::run(args, &data)),
        Command::Health(args) => health::run(&args, &data),
    }
}

/// Runs a command other than a server: one thread is enough.
fn block_on(work: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::Failed(format!("cannot start: {error}")))?;
    runtime.block_on(async {
        let outcome = work.await;
        // After this wait, a running server has noticed the change too.
        tokio::time::sleep(NOTICED_AFTER).await;
        outcome
    })
}

/// Prints wrong usage in one line; help and version unchanged.
fn refuse(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            output::print(error.render().to_string().trim_end());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprint!("{}", error.render());
            ExitCode::from(2)
        }
        _ => {
            output::complain(&in_one_line(&error.render().to_string()));
            ExitCode::from(2)
        }
    }
}

/// clap's messages have paragraphs, one of them the usage; a log needs one line.
fn in_one_line(rendered: &str) -> String {
    let message = rendered.trim().trim_start_matches("error:");
    let message = message.split("\n\nUsage:").next().unwrap_or(message);
    let message = message
        .split("\n\nFor more information")
        .next()
        .unwrap_or(message);
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{line} (see --help)")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_usage_error_is_one_line() {
        let error = Cli::try_parse_from(["latchkey", "member", "add", "--name", "Ada"]).unwrap_err();
        assert_eq!(
            in_one_line(&error.render().to_string()),
            "the following required arguments were not provided: --email <EMAIL> (see --help)"
        );
        let error = Cli::try_parse_from(["latchkey", "member", "lst"]).unwrap_err();
        let line = in_one_line(&error.render().to_string());
        assert!(
            line.starts_with("unrecognized subcommand 'lst'") && !line.contains('\n'),
            "{line}"
        );
    }
}
