//! `latchkey key`: the key that seals the secrets and makes the tokens.

use clap::Subcommand;
use latchkey_domain::{Actor, Clock};

use super::backup::refuse_missing;
use super::open::open_sqlite;
use super::output::print;
use super::{CliError, DataArgs};
use crate::system::SystemClock;

const WHAT: &str = "rotating the key";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a new key and seal every secret with it, while the server runs; tokens stay good
    Rotate {
        /// End every token too, when the key may be in other hands: members have to authorize their applications again
        #[arg(long)]
        revoke_tokens: bool,
    },
}

pub(super) async fn run(command: Command, data: &DataArgs) -> Result<(), CliError> {
    let Command::Rotate { revoke_tokens } = command;
    let settings = data.resolve()?;
    refuse_missing(&settings, WHAT)?;
    let store = open_sqlite(&settings, WHAT)?;
    let rotated = store
        .rotate_key(revoke_tokens, &Actor::operator(), SystemClock.now())
        .await?;
    let (secrets, revoked) = (rotated.secrets, rotated.revoked);
    let key = settings.key();
    if rotated.finished_earlier_one {
        print(&format!(
            "The newest key in {} is the key now: {secrets} secrets were sealed with it.",
            key.display()
        ));
    } else {
        print(&format!(
            "{} has a new key: {secrets} secrets were sealed with it.",
            key.display()
        ));
    }
    if revoke_tokens {
        print(&format!(
            "{revoked} grants were revoked; their tokens are refused from now on."
        ));
    } else {
        let days = rotated.stays.as_secs().div_ceil(24 * 60 * 60);
        print(&format!(
            "Tokens stay good until they expire: the key before stays in the file for {days} days."
        ));
    }
    print(
        "A running server goes on with it by itself. Copy the key file to where you keep it, and keep the older copy for as long as you keep older backups.",
    );
    Ok(())
}
