//! The secrets of an application: at most two that are valid, and what is left of the last few that were retired.

use std::sync::Arc;

use latchkey_domain::{Application, ClientId, ClientSecret, SecretId, SecretRecord, Timestamp};

use super::audit_entry::{Act, note};
use super::row::{columns, find_locked, read};
use crate::keychain::Keychain;
use crate::sealing::{Owner, RETIRED_KEPT, digest};
use crate::{Columns, Statements, params, rows};
use latchkey_storage::applications::rules;
use latchkey_storage::{Client, KeptSecret, MOST_SECRETS, SecretAdded, SecretRetired, StoreError};

/// What [`record`] reads, of `client_secrets s`.
macro_rules! secret_columns {
    () => {
        "s.id, s.created_at, s.first_used_at, s.last_used_at"
    };
}

fn record(columns: &mut Columns<'_>) -> Result<SecretRecord, StoreError> {
    columns.table("client_secrets");
    Ok(SecretRecord {
        id: SecretId(columns.get("id")?),
        created_at: columns.time("created_at")?,
        first_used_at: columns.optional_time("first_used_at")?,
        last_used_at: columns.optional_time("last_used_at")?,
    })
}

/// The records of the valid secrets of several applications, by client id, the newest first.
pub(super) async fn records_of(
    db: &dyn Statements,
    applications: Vec<i64>,
) -> Result<Vec<(String, SecretRecord)>, StoreError> {
    let sql = concat!(
        "SELECT ",
        secret_columns!(),
        ", a.client_id FROM client_secrets s JOIN applications a ON a.id = s.application_id \
         WHERE a.id = ANY(?1) AND s.sealed IS NOT NULL ORDER BY s.id DESC"
    );
    rows::all(db, sql, params![applications], |columns| {
        let record = record(columns)?;
        Ok((columns.table("applications").get("client_id")?, record))
    })
    .await
}

/// The records of the valid secrets, the newest first.
pub(super) async fn records(
    db: &dyn Statements,
    client_id: &ClientId,
) -> Result<Vec<SecretRecord>, StoreError> {
    let sql = concat!(
        "SELECT ",
        secret_columns!(),
        " FROM client_secrets s JOIN applications a ON a.id = s.application_id \
         WHERE a.client_id = ?1 AND s.sealed IS NOT NULL ORDER BY s.id DESC"
    );
    rows::all(db, sql, params![client_id.as_str()], record).await
}

/// The secret in the next column.
fn opened(
    keys: &Keychain,
    client_id: &ClientId,
    columns: &mut Columns<'_>,
) -> Result<ClientSecret, StoreError> {
    let sealed: Vec<u8> = columns.get("sealed")?;
    let secret = keys.open(Owner::Client(client_id), &sealed)?;
    Ok(ClientSecret::kept(secret.as_str().to_owned()))
}

/// The valid secrets, unsealed, the newest first.
pub(super) async fn kept(
    db: &dyn Statements,
    keys: &Keychain,
    client_id: &ClientId,
) -> Result<Vec<KeptSecret>, StoreError> {
    let sql = concat!(
        "SELECT ",
        secret_columns!(),
        ", s.sealed FROM client_secrets s JOIN applications a ON a.id = s.application_id \
         WHERE a.client_id = ?1 AND s.sealed IS NOT NULL ORDER BY s.id DESC"
    );
    rows::all(db, sql, params![client_id.as_str()], |columns| {
        Ok(KeptSecret {
            record: record(columns)?,
            secret: opened(keys, client_id, columns)?,
        })
    })
    .await
}

/// The newest secret.
pub(super) async fn newest(
    db: &dyn Statements,
    keys: &Keychain,
    client_id: &ClientId,
) -> Result<Option<ClientSecret>, StoreError> {
    let kept = kept(db, keys, client_id).await?;
    Ok(kept.into_iter().next().map(|kept| kept.secret))
}

/// The application with this client id and its secrets.
pub(super) async fn client(
    db: &dyn Statements,
    keys: &Keychain,
    client_id: &ClientId,
) -> Result<Option<Arc<Client>>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", ",
        secret_columns!(),
        ", s.sealed FROM applications a \
         LEFT JOIN client_secrets s ON s.application_id = a.id AND s.sealed IS NOT NULL \
         WHERE a.client_id = ?1 ORDER BY s.id DESC"
    );
    let mut found: Option<Client> = None;
    // One statement, so that the application and its secrets belong together.
    rows::all(db, sql, params![client_id.as_str()], |columns| {
        let application: Application = read(columns)?;
        let client = found.get_or_insert_with(|| Client {
            application,
            secrets: Vec::with_capacity(MOST_SECRETS),
        });
        if columns.is_there("id")? {
            let record = record(columns)?;
            let secret = opened(keys, client_id, columns)?;
            client.secrets.push(KeptSecret { record, secret });
        }
        Ok(())
    })
    .await?;
    Ok(found.map(Arc::new))
}

/// Adds a secret to an application that can have one.
pub(super) async fn insert(
    db: &dyn Statements,
    keys: &Keychain,
    client_id: &ClientId,
    secret: &ClientSecret,
    at: Timestamp,
) -> Result<SecretRecord, StoreError> {
    let sealed = keys.seal(db, Owner::Client(client_id), secret.expose()).await?;
    let id = rows::insert(
        db,
        "INSERT INTO client_secrets (application_id, sealed, created_at) VALUES ((SELECT id \
         FROM applications WHERE client_id = ?1), ?2, ?3) RETURNING id",
        params![client_id.as_str(), sealed.as_slice(), at],
    )
    .await?;
    Ok(SecretRecord {
        id: SecretId(id),
        created_at: at,
        first_used_at: None,
        last_used_at: None,
    })
}

/// Deletes all secrets of an application.
pub(super) async fn destroy(db: &dyn Statements, client_id: &ClientId) -> Result<(), StoreError> {
    let sql = "DELETE FROM client_secrets \
               WHERE application_id = (SELECT id FROM applications WHERE client_id = ?1)";
    rows::execute(db, sql, params![client_id.as_str()]).await?;
    Ok(())
}

/// Makes a second secret valid.
pub(super) async fn add(
    db: &dyn Statements,
    keys: &Keychain,
    client_id: &ClientId,
    secret: &ClientSecret,
    act: Act<'_>,
) -> Result<SecretAdded, StoreError> {
    let Some(application) = find_locked(db, client_id).await? else {
        return Ok(SecretAdded::NotFound);
    };
    let valid = records(db, client_id).await?.len();
    let entry = match rules::add_secret(&application, valid) {
        Ok(entry) => entry,
        Err(refused) => return Ok(refused),
    };
    let record = insert(db, keys, client_id, secret, act.1).await?;
    note(db, act, client_id, entry).await?;
    Ok(SecretAdded::Added(record))
}

/// Leaves only a hash of a secret, unless it is the only one.
pub(super) async fn retire(
    db: &dyn Statements,
    keys: &Keychain,
    client_id: &ClientId,
    id: SecretId,
    act: Act<'_>,
) -> Result<SecretRetired, StoreError> {
    // If two retire at once, the second sees what the first left.
    if find_locked(db, client_id).await?.is_none() {
        return Ok(SecretRetired::NotFound);
    }
    let kept = kept(db, keys, client_id).await?;
    let (retired, entry) = match rules::retire_secret(&kept, id) {
        Ok(retired) => retired,
        Err(refused) => return Ok(refused),
    };
    rows::execute(
        db,
        "UPDATE client_secrets SET sealed = NULL, retired_at = ?2, digest = ?3 WHERE id = ?1",
        params![id.0, act.1, &digest(retired.expose())],
    )
    .await?;
    // Only the hashes of the last few are kept.
    rows::execute(
        db,
        "DELETE FROM client_secrets WHERE id IN (SELECT s.id FROM client_secrets s \
         JOIN applications a ON a.id = s.application_id WHERE a.client_id = ?1 AND s.sealed IS NULL \
         ORDER BY s.retired_at DESC, s.id DESC [[|LIMIT -1]] OFFSET ?2)",
        params![client_id.as_str(), RETIRED_KEPT],
    )
    .await?;
    note(db, act, client_id, entry).await?;
    Ok(SecretRetired::Retired)
}

/// When `presented` was retired.
pub(super) async fn retired_at(
    db: &dyn Statements,
    client_id: &ClientId,
    presented: &ClientSecret,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT s.retired_at FROM client_secrets s JOIN applications a ON a.id = s.application_id \
               WHERE a.client_id = ?1 AND s.digest = ?2";
    rows::first(
        db,
        sql,
        params![client_id.as_str(), &digest(presented.expose())],
        |columns| columns.table("client_secrets").time("retired_at"),
    )
    .await
}

/// Stores a use.
pub(super) async fn used(db: &dyn Statements, id: SecretId, at: Timestamp) -> Result<(), StoreError> {
    rows::execute(
        db,
        "UPDATE client_secrets SET first_used_at = coalesce(first_used_at, ?2), \
         last_used_at = [[greatest|max]](coalesce(last_used_at, ?2), ?2) WHERE id = ?1 \
         AND sealed IS NOT NULL",
        params![id.0, at],
    )
    .await?;
    Ok(())
}

/// Unseals a secret for a person to see: the one with this id, or the newest.
pub(super) async fn reveal(
    db: &dyn Statements,
    keys: &Keychain,
    client_id: &ClientId,
    id: Option<SecretId>,
    act: Act<'_>,
) -> Result<Option<ClientSecret>, StoreError> {
    let kept = kept(db, keys, client_id).await?;
    let found = kept
        .into_iter()
        .find(|kept| id.is_none_or(|id| id == kept.record.id));
    let Some(found) = found else {
        return Ok(None);
    };
    note(db, act, client_id, rules::revealed()).await?;
    Ok(Some(found.secret))
}
