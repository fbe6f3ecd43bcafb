//! Rotating the key: the file first, then the database (see [`crate::keyring`] for why that is safe).

use std::path::{Path, PathBuf};
use std::time::Duration;

use latchkey_domain::{Actor, Timestamp};

use super::SqliteStore;
use crate::Isolation::RowLocked;
use crate::keychain::Keychain;
use crate::keyring::{self, Keyring};
use crate::{Database, Statements, key_rotation, networks, rows};
use latchkey_storage::StoreError;

/// The result of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// How many secrets were sealed again.
    pub secrets: u64,
    /// How many grants were revoked.
    pub revoked: u64,
    /// Whether the key file had the new key already, from a rotation that was cut short or since an older backup was
    /// restored.
    pub finished_earlier_one: bool,
    /// How long the key before stays in the file, so that what it made is valid until it expires.
    pub stays: Duration,
}

impl SqliteStore {
    /// Makes a new key and seals every secret with it. Tokens stay good, unless `revoke` ends all grants.
    pub async fn rotate_key(&self, revoke: bool, by: &Actor, at: Timestamp) -> Result<Rotated, StoreError> {
        let keys = (self.0.keychain.clone(), self.0.key_path.clone());
        let args = (keys, revoke, by.clone(), at);
        // The file is written inside the transaction: of two who rotate at once, the second waits, and finds what the
        // first one made.
        Database::write(&self.0, RowLocked, args, |db, (keys, revoke, by, at)| {
            Box::pin(rotate(db, keys, *revoke, (by, *at)))
        })
        .await
    }

    /// Whether the database is sealed with an older key of the file, as after restoring an older backup.
    pub async fn is_behind_its_key_file(&self) -> Result<bool, StoreError> {
        let named = Database::look_up(&self.0, (), |db, ()| Box::pin(rows::named_key(db))).await?;
        Ok(named != self.0.keychain.ring().current().fingerprint())
    }
}

async fn rotate(
    db: &dyn Statements,
    (keychain, key_path): &(Keychain, PathBuf),
    revoke: bool,
    by: (&Actor, Timestamp),
) -> Result<Rotated, StoreError> {
    let stays = keyring::retired_stays(networks::longest_refresh_lifetime(db).await?);
    let (ring, finished_earlier_one) = next_keys(db, key_path, by.1, stays).await?;
    let key_rotation::Resealed { secrets, revoked } = key_rotation::finish(db, &ring, revoke, by).await?;
    keychain.hold(ring);
    Ok(Rotated {
        secrets,
        revoked,
        finished_earlier_one,
        stays,
    })
}

/// The keys to seal with, which are in the file when this answers; and whether they were there before.
async fn next_keys(
    db: &dyn Statements,
    key_path: &Path,
    at: Timestamp,
    stays: Duration,
) -> Result<(Keyring, bool), StoreError> {
    let ring = Keyring::load_or_create(key_path, false)?;
    if rows::named_key(db).await? != ring.current().fingerprint() {
        return Ok((ring, true));
    }
    let ring = ring.rotated(at, stays)?;
    ring.replace_file(key_path)?;
    Ok((ring, false))
}
