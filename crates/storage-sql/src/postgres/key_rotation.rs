//! Rotating the key of several nodes, in two steps: the new key is made and brought to every node, then the database names it.

use std::path::Path;
use std::time::Duration;

use latchkey_domain::{Actor, Timestamp};

use super::PostgresStore;
use crate::Isolation::RowLocked;
use crate::keyring::{Keyring, retired_stays};
use crate::{Database, audit, key_rotation, rows};
use latchkey_storage::{AuditAction, Networks, StoreError};

/// After this long another rotation is meant to be another. Of two operators who make the second step at once the slower would
/// begin the next rotation, in a file of which no other node knows.
pub const ANOTHER: Duration = Duration::from_secs(10 * 60);

/// The result of a step of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationStep {
    /// The file has a new key, which nothing is sealed with yet: every node needs it before the next step.
    Prepared,
    /// Nothing: a rotation has just ended, and the next waits until [`ANOTHER`] has passed.
    JustDone {
        /// How long ago.
        ago: Duration,
    },
    /// The database names the new key.
    Done {
        /// How many secrets were sealed again.
        secrets: u64,
        /// How many grants were revoked.
        revoked: u64,
        /// How long the key before stays in the file.
        stays: Duration,
    },
}

impl PostgresStore {
    /// Makes the next step of a rotation, with the key file at `path`: the first adds a new key to it, the second seals every
    /// secret with that key. Tokens stay good, unless `revoke` ends all grants in the second step.
    pub async fn rotate_key(
        &self,
        path: &Path,
        revoke: bool,
        by: &Actor,
        at: Timestamp,
    ) -> Result<RotationStep, StoreError> {
        let ring = Keyring::load_or_create(path, false)?;
        let before = self.named_key().await?;
        let stays = retired_stays(self.longest_refresh_lifetime().await?);
        if ring.current().fingerprint() == before {
            if let Some(ago) = self.rotated_ago(at).await?.filter(|ago| *ago < ANOTHER) {
                return Ok(RotationStep::JustDone { ago });
            }
            ring.rotated(at, stays)?.replace_file(path)?;
            self.0.keys.refresh()?;
            return Ok(RotationStep::Prepared);
        }
        let args = (ring.clone(), revoke, by.clone(), at);
        let done = Database::write(&self.0, RowLocked, args, |db, (ring, revoke, by, at)| {
            Box::pin(key_rotation::finish(db, ring, *revoke, (by, *at)))
        });
        let key_rotation::Resealed { secrets, revoked } = done.await?;
        // The key before was in use until now, not until the new one was made.
        ring.replaced(&before, at).replace_file(path)?;
        self.refresh_keys().await?;
        Ok(RotationStep::Done {
            secrets,
            revoked,
            stays,
        })
    }

    /// How long it is since a rotation ended; `None` if there was none.
    async fn rotated_ago(&self, at: Timestamp) -> Result<Option<Duration>, StoreError> {
        let action = AuditAction::KeyRotated;
        let ended =
            Database::look_up(&self.0, action, |db, action| Box::pin(audit::last(db, *action))).await?;
        // One of later than now says nothing but that a clock was set back.
        Ok(ended.filter(|ended| *ended <= at).map(|ended| at.since(ended)))
    }

    /// Looks for new keys in this node's file, and for the one that the database names; whether tokens are to be made with
    /// another key now. A database that does not answer is asked the next time.
    pub async fn refresh_keys(&self) -> Result<bool, StoreError> {
        let before = self.0.keys.ring().current().fingerprint();
        self.0.keys.refresh()?;
        match self.named_key().await {
            Ok(fingerprint) => self.0.keys.lead(&fingerprint)?,
            Err(error) if error.try_again().is_some() => {}
            Err(error) => return Err(error),
        }
        Ok(self.0.keys.ring().current().fingerprint() != before)
    }

    /// The fingerprint of the key that the database names.
    async fn named_key(&self) -> Result<String, StoreError> {
        Database::look_up(&self.0, (), |db, ()| Box::pin(rows::key_named(db, ""))).await
    }
}
