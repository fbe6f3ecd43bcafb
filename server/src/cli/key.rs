//! `latchkey key`: the key that seals secrets and makes tokens.

use clap::Subcommand;
use latchkey_domain::{Actor, Clock, counted};
use latchkey_storage_sql::postgres::{ANOTHER, PostgresStore, PostgresUrl, RotationStep};

use super::backup::open_existing;
use super::open::{KEY_VARIABLE, key_of_environment, open_node};
use super::output::print;
use super::{CliError, DataArgs};
use crate::settings::{DataSettings, Database};
use crate::system::SystemClock;

const DAY: u64 = 24 * 60 * 60;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a new key and seal every secret with it, while the server runs; tokens stay valid. With several nodes on one
    /// database, run it twice: once to make the key and, when every node has it, again to use it
    Rotate {
        /// End every token too, for when somebody else may have the key: members have to authorize their applications again
        #[arg(long)]
        revoke_tokens: bool,
    },
}

pub(super) async fn run(command: Command, data: &DataArgs) -> Result<(), CliError> {
    let Command::Rotate { revoke_tokens } = command;
    let settings = data.resolve()?;
    let store = match settings.database() {
        Database::Postgres(url) => return rotate_nodes(&url, &settings, revoke_tokens).await,
        Database::Sqlite(file) => open_existing(&file)?,
    };
    let rotated = store
        .rotate_key(revoke_tokens, &Actor::operator(), SystemClock.now())
        .await?;
    let (secrets, key) = (counted(rotated.secrets, "secret"), settings.key());
    let key = key.display();
    print(&if rotated.finished_earlier_one {
        format!("The newest key in {key} is now in use: sealed {secrets} with it.")
    } else {
        format!("{key} has a new key: sealed {secrets} with it.")
    });
    if revoke_tokens {
        print(&format!(
            "Revoked {}: the tokens are refused from now on.",
            counted(rotated.revoked, "grant")
        ));
    } else {
        let days = counted(rotated.stays.as_secs().div_ceil(DAY), "day");
        print(&format!(
            "Tokens stay valid until they expire: the previous key stays in the file for {days}."
        ));
    }
    print(
        "A running server uses the new key without a restart. Copy the key file to your safe place, and keep the older copy as long as you keep older backups.",
    );
    Ok(())
}

/// The next step of a rotation on `PostgreSQL`, where every node has its own copy of the key file.
async fn rotate_nodes(
    url: &PostgresUrl,
    settings: &DataSettings,
    revoke_tokens: bool,
) -> Result<(), CliError> {
    if key_of_environment()?.is_some() {
        return Err(CliError::Failed(format!(
            "the new key has to be kept in a file: put what is in {KEY_VARIABLE} into {}, unset the variable for this command, \
             and give every node the whole file afterwards",
            settings.key().display()
        )));
    }
    if !PostgresStore::is_initialized(url).await? {
        return Err(CliError::Failed(format!("there is no network at {url}")));
    }
    let (store, key) = (open_node(url, settings).await?, settings.key());
    let step = store
        .rotate_key(&key, revoke_tokens, &Actor::operator(), SystemClock.now())
        .await?;
    print(&match step {
        RotationStep::Prepared => format!(
            "{0} has a new key, which is not in use yet. Copy the file to every node (or put its text into {KEY_VARIABLE} there \
             and restart that node), then run this command again.",
            key.display()
        ),
        RotationStep::JustDone { ago } => {
            return Err(CliError::Failed(format!(
                "the key was rotated {} s ago, perhaps by somebody else; nothing was changed. To rotate it again, wait until \
                 {} minutes after that rotation",
                ago.as_secs(),
                ANOTHER.as_secs() / 60
            )));
        }
        RotationStep::Done {
            secrets,
            revoked,
            stays,
        } => format!(
            "The newest key in {} is now in use: sealed {} with it, revoked {}. The previous key stays in the file for {}. The \
             nodes need no restart. Copy the file to your safe place.",
            key.display(),
            counted(secrets, "secret"),
            counted(revoked, "grant"),
            counted(stays.as_secs().div_ceil(DAY), "day")
        ),
    });
    Ok(())
}
