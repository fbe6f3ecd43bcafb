//! Rotating the key: what it changes in the database (see [`crate::keyring`] for how the key file goes with it).

use latchkey_domain::{Actor, ClientId, MemberId, ProviderId, Timestamp, counted};

use crate::keyring::Keyring;
use crate::sealing::{Owner, Sealer};
use crate::{Statements, audit, params, rows};
use latchkey_storage::{AuditAction, RevocationReason, StoreError};

/// What was changed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Resealed {
    pub(crate) secrets: u64,
    pub(crate) revoked: u64,
}

/// Seals every secret with the current key of `ring`, which the database names from now on; nothing, if it does so already.
/// All grants end with `revoke`.
pub(crate) async fn finish(
    db: &dyn Statements,
    ring: &Keyring,
    revoke: bool,
    by: (&Actor, Timestamp),
) -> Result<Resealed, StoreError> {
    // Concurrent writers that seal wait, and then use the new key.
    let fingerprint = ring.current().fingerprint();
    if rows::key_named(db, "[[FOR UPDATE|]]").await? == fingerprint {
        return Ok(Resealed::default());
    }
    if revoke {
        // Who has the key may have these, too. The next request for an ID token makes another.
        rows::execute(db, "DELETE FROM signing_keys", &[]).await?;
    }
    let done = Resealed {
        secrets: seal_again(db, ring).await?,
        revoked: if revoke { revoke_all(db, by.1).await? } else { 0 },
    };
    rows::name_key(db, &fingerprint).await?;
    let detail = format!(
        "{} sealed again, {} revoked",
        counted(done.secrets, "secret"),
        counted(done.revoked, "grant")
    );
    audit::write_if_allowed(db, by, AuditAction::KeyRotated, &fingerprint, &detail).await?;
    Ok(done)
}

async fn seal_again(db: &dyn Statements, ring: &Keyring) -> Result<u64, StoreError> {
    let sealer = Sealer::new(ring);
    let sql = "SELECT s.id, s.sealed, a.client_id FROM client_secrets s JOIN applications a ON a.id = s.application_id \
               WHERE s.sealed IS NOT NULL [[FOR UPDATE OF s|]]";
    let secrets = rows::all(db, sql, &[], |columns| {
        columns.table("client_secrets");
        let (id, ciphertext) = (columns.get::<i64>("id")?, columns.get::<Vec<u8>>("sealed")?);
        columns.table("applications");
        Ok((
            id,
            ciphertext,
            columns.parsed("client_id", str::parse::<ClientId>)?,
        ))
    })
    .await?;
    for (id, ciphertext, client_id) in &secrets {
        let owner = Owner::Client(client_id);
        let again = sealer.seal(owner, &sealer.open(owner, ciphertext)?)?;
        let sql = "UPDATE client_secrets SET sealed = ?2 WHERE id = ?1";
        rows::execute(db, sql, params![*id, again.as_slice()]).await?;
    }
    let mut count = secrets.len();
    for (select, update, owner) in NUMBERED {
        let found = rows::all(db, select, &[], |columns| {
            Ok((columns.get::<i64>("id")?, columns.get::<Vec<u8>>("sealed")?))
        })
        .await?;
        for (id, ciphertext) in &found {
            let owner = owner(*id);
            let again = sealer.seal(owner, &sealer.open(owner, ciphertext)?)?;
            rows::execute(db, update, params![*id, again.as_slice()]).await?;
        }
        count += found.len();
    }
    Ok(count as u64)
}

/// What belongs to a number: how it is read and written again, and whose it is.
type SealedByNumber = (&'static str, &'static str, fn(i64) -> Owner<'static>);

const NUMBERED: [SealedByNumber; 3] = [
    (
        "SELECT member_id, sealed FROM authenticators [[FOR UPDATE|]]",
        "UPDATE authenticators SET sealed = ?2 WHERE member_id = ?1",
        |id| Owner::Authenticator(MemberId(id)),
    ),
    (
        "SELECT id, sealed FROM signing_keys [[FOR UPDATE|]]",
        "UPDATE signing_keys SET sealed = ?2 WHERE id = ?1",
        Owner::SigningKey,
    ),
    (
        "SELECT id, sealed FROM providers WHERE sealed IS NOT NULL [[FOR UPDATE|]]",
        "UPDATE providers SET sealed = ?2 WHERE id = ?1",
        |id| Owner::Provider(ProviderId(id)),
    ),
];

async fn revoke_all(db: &dyn Statements, at: Timestamp) -> Result<u64, StoreError> {
    let sql = "UPDATE grants SET revoked_at = ?1, revoked_because = ?2 WHERE revoked_at IS NULL";
    rows::execute(db, sql, params![at, RevocationReason::Host.id()]).await
}
