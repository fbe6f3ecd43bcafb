//! Rotating the key: the file first, then the database (see [`crate::keyring`] for why that is safe).

use std::time::Duration;

use latchkey_domain::{Actor, ClientId, Timestamp};
use rusqlite::{Connection, params};

use super::keychain::Keychain;
use super::{SqliteStore, audit, migrations, networks, rows};
use crate::keyring::{self, Keyring};
use crate::sealing::Sealer;
use crate::{AuditAction, RevocationReason, StoreError};

/// What a rotation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// How many secrets were sealed again.
    pub secrets: usize,
    /// How many grants were revoked.
    pub revoked: usize,
    /// Whether the key file had the new key already, from a rotation that was cut short or since an older backup was
    /// restored.
    pub finished_earlier_one: bool,
    /// How long the key before stays in the file, so that what it made is good until it expires.
    pub stays: Duration,
}

impl SqliteStore {
    /// Makes a new key and seals every secret with it. Tokens stay good, unless `revoke` ends all grants.
    pub async fn rotate_key(&self, revoke: bool, by: &Actor, at: Timestamp) -> Result<Rotated, StoreError> {
        let (keychain, by) = (self.keychain.clone(), by.clone());
        // The file is written inside the transaction: of two who rotate at once, the second waits, and finds what the
        // first one made.
        self.write(move |connection| {
            let stays = keyring::retired_stays(networks::longest_refresh_lifetime(connection)?);
            let (ring, finished_earlier_one) = next_keys(connection, &keychain, at, stays)?;
            let secrets = seal_again(connection, &ring)?;
            let revoked = if revoke { revoke_all(connection, at)? } else { 0 };
            migrations::name_key(connection, &ring.current().fingerprint())?;
            let detail = format!("{secrets} secrets sealed again, {revoked} grants revoked");
            audit::write(
                connection,
                (&by, at),
                AuditAction::KeyRotated,
                &ring.current().fingerprint(),
                &detail,
            )?;
            keychain.hold(ring);
            Ok(Rotated {
                secrets,
                revoked,
                finished_earlier_one,
                stays,
            })
        })
        .await
    }

    /// Whether the database is sealed with an older key of the file, as after restoring an older backup.
    pub fn is_behind_its_key_file(&self) -> Result<bool, StoreError> {
        let current = self.keychain.ring().current().fingerprint();
        self.look_up(|connection| Ok(migrations::sealed_with(connection)?.as_deref() != Some(&current)))
    }
}

/// The keys to seal with, which are in the file when this answers; and whether they were there before.
fn next_keys(
    connection: &Connection,
    keychain: &Keychain,
    at: Timestamp,
    stays: Duration,
) -> Result<(Keyring, bool), StoreError> {
    let ring = Keyring::load_or_create(keychain.path(), false)?;
    if migrations::sealed_with(connection)?.as_deref() != Some(&ring.current().fingerprint()) {
        return Ok((ring, true));
    }
    let ring = ring.rotated(at, stays)?;
    ring.replace_file(keychain.path())?;
    Ok((ring, false))
}

fn seal_again(connection: &Connection, ring: &Keyring) -> Result<usize, StoreError> {
    let sealer = Sealer::new(ring);
    let sql = "SELECT s.id, s.sealed, a.client_id FROM client_secrets s JOIN applications a ON a.id = s.application_id \
               WHERE s.sealed IS NOT NULL";
    let secrets = rows::all(connection, sql, [], |columns| {
        columns.table("client_secrets");
        let id: i64 = columns.get("id")?;
        let kept: Vec<u8> = columns.get("sealed")?;
        columns.table("applications");
        Ok((id, columns.parsed("client_id", str::parse::<ClientId>)?, kept))
    })?;
    for (id, client_id, kept) in &secrets {
        let secret = sealer.open(client_id, kept)?;
        rows::execute(
            connection,
            "UPDATE client_secrets SET sealed = ?2 WHERE id = ?1",
            params![id, sealer.seal(client_id, &secret)?],
        )?;
    }
    Ok(secrets.len())
}

fn revoke_all(connection: &Connection, at: Timestamp) -> Result<usize, StoreError> {
    rows::execute(
        connection,
        "UPDATE grants SET revoked_at = ?1, revoked_because = ?2 WHERE revoked_at IS NULL",
        params![at.as_millis(), RevocationReason::Host.id()],
    )
}
