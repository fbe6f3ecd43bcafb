//! Rotating the key of several nodes, in two steps: the new key is made and brought to every node, then the database names it.

use std::path::Path;
use std::time::Duration;

use latchkey_domain::{Actor, ClientId, Timestamp};

use super::keychain::named_by;
use super::params::params;
use super::rows::{self, Statements};
use super::transaction::transact;
use super::watch::named;
use super::{PostgresStore, audit};
use crate::keyring::{Keyring, retired_stays};
use crate::sealing::Sealer;
use crate::{AuditAction, Networks, RevocationReason, StoreError};

/// After this long another rotation is meant to be another. Of two operators who make the second step at once the slower would
/// begin the next rotation, in a file of which no other node knows.
pub const ANOTHER: Duration = Duration::from_secs(10 * 60);

/// What a step of a rotation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationStep {
    /// The file has a new key, which nothing is sealed with yet: every node needs it before the next step.
    Prepared,
    /// Nothing: somebody ended a rotation a moment ago, and another is not begun before [`ANOTHER`].
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
        let before = named_by(&named!(self), "").await?;
        let stays = retired_stays(self.longest_refresh_lifetime().await?);
        if ring.current().fingerprint() == before {
            if let Some(ago) = self.rotated_ago(at).await?.filter(|ago| *ago < ANOTHER) {
                return Ok(RotationStep::JustDone { ago });
            }
            ring.rotated(at, stays)?.replace_file(path)?;
            self.keys.look()?;
            return Ok(RotationStep::Prepared);
        }
        let (secrets, revoked) = transact!(self, RowLocked, |tx| finish(tx, &ring, revoke, (by, at)))?;
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
        let sql = "SELECT at FROM audit WHERE action = $1 ORDER BY id DESC LIMIT 1";
        let ended = rows::first(
            &named!(self),
            sql,
            params![AuditAction::KeyRotated.id()],
            |columns| columns.table("audit").time("at"),
        )
        .await?;
        // One of later than now says nothing but that a clock was set back.
        Ok(ended.filter(|ended| *ended <= at).map(|ended| at.since(ended)))
    }

    /// Looks for new keys in this node's file, and for the one that the database names; whether tokens are to be made with
    /// another key now. A database that does not answer is asked the next time.
    pub async fn refresh_keys(&self) -> Result<bool, StoreError> {
        let before = self.keys.ring().current().fingerprint();
        self.keys.look()?;
        match named_by(&named!(self), "").await {
            Ok(fingerprint) => self.keys.lead(&fingerprint)?,
            Err(error) if error.try_again().is_some() => {}
            Err(error) => return Err(error),
        }
        Ok(self.keys.ring().current().fingerprint() != before)
    }
}

async fn finish(
    db: &impl Statements,
    ring: &Keyring,
    revoke: bool,
    (by, at): (&Actor, Timestamp),
) -> Result<(u64, u64), StoreError> {
    // Whoever seals meanwhile waits, and then seals with the new key.
    let fingerprint = ring.current().fingerprint();
    if named_by(db, " FOR UPDATE").await? == fingerprint {
        return Ok((0, 0));
    }
    let sealer = Sealer::new(ring);
    let sql = "SELECT s.id, s.sealed, a.client_id FROM client_secrets s JOIN applications a ON a.id = s.application_id \
               WHERE s.sealed IS NOT NULL FOR UPDATE OF s";
    let kept = rows::all(db, sql, &[], |columns| {
        columns.table("client_secrets");
        let (id, kept) = (columns.get::<i64>("id")?, columns.get::<Vec<u8>>("sealed")?);
        columns.table("applications");
        Ok((id, kept, columns.parsed("client_id", str::parse::<ClientId>)?))
    })
    .await?;
    for (id, kept, client_id) in &kept {
        let secret = sealer.open(client_id, kept)?;
        let again = sealer.seal(client_id, &secret)?;
        let sql = "UPDATE client_secrets SET sealed = $2 WHERE id = $1";
        rows::execute(db, sql, params![*id, again.as_slice()]).await?;
    }
    let mut revoked = 0;
    if revoke {
        let sql = "UPDATE grants SET revoked_at = $1, revoked_because = $2 WHERE revoked_at IS NULL";
        revoked = rows::execute(db, sql, params![at, RevocationReason::Host.id()]).await?;
    }
    let sql = "UPDATE meta SET value = $1 WHERE key = 'key_fingerprint'";
    rows::execute(db, sql, params![fingerprint.as_bytes()]).await?;
    let detail = format!("{} secrets sealed again, {revoked} grants revoked", kept.len());
    audit::write(db, (by, at), AuditAction::KeyRotated, &fingerprint, &detail).await?;
    Ok((kept.len() as u64, revoked))
}
