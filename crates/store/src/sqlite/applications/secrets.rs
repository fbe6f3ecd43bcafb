//! The secrets of an application: at most two that are valid, and what is left of the last few that were retired.

use latchkey_domain::{Application, ClientId, ClientSecret, SecretId, SecretRecord, Timestamp};
use rusqlite::{Connection, params};

use super::edit::Act;
use super::row::{columns, find, read};
use crate::sealing::{RETIRED_KEPT, digest};
use crate::sqlite::audit;
use crate::sqlite::keychain::Keychain;
use crate::sqlite::rows::{self, Columns};
use crate::{AuditAction, Client, KeptSecret, MOST_SECRETS, SecretAdded, SecretRetired, StoreError};

/// What [`record`] reads, of `client_secrets s`.
macro_rules! secret_columns {
    () => {
        "s.id, s.created_at, s.first_used_at, s.last_used_at"
    };
}

fn record(columns: &mut Columns<'_, '_>) -> Result<SecretRecord, StoreError> {
    columns.table("client_secrets");
    Ok(SecretRecord {
        id: SecretId(columns.get("id")?),
        created_at: columns.time("created_at")?,
        first_used_at: columns.optional_time("first_used_at")?,
        last_used_at: columns.optional_time("last_used_at")?,
    })
}

/// What is known of the secrets that are valid, the newest first.
pub(super) fn records(
    connection: &Connection,
    client_id: &ClientId,
) -> Result<Vec<SecretRecord>, StoreError> {
    let sql = concat!(
        "SELECT ",
        secret_columns!(),
        " FROM client_secrets s JOIN applications a ON a.id = s.application_id \
         WHERE a.client_id = ?1 AND s.sealed IS NOT NULL ORDER BY s.id DESC"
    );
    rows::all(connection, sql, [client_id.as_str()], record)
}

/// The secrets that are valid, unsealed, the newest first.
pub(super) fn kept(
    connection: &Connection,
    keychain: &Keychain,
    client_id: &ClientId,
) -> Result<Vec<KeptSecret>, StoreError> {
    let sql = concat!(
        "SELECT ",
        secret_columns!(),
        ", s.sealed FROM client_secrets s JOIN applications a ON a.id = s.application_id \
         WHERE a.client_id = ?1 AND s.sealed IS NOT NULL ORDER BY s.id DESC"
    );
    rows::all(connection, sql, [client_id.as_str()], |columns| {
        Ok(KeptSecret {
            record: record(columns)?,
            secret: keychain.unseal(client_id, &columns.get::<Vec<u8>>("sealed")?)?,
        })
    })
}

/// The application with this client id and its secrets.
pub(super) fn client(
    connection: &Connection,
    keychain: &Keychain,
    client_id: &ClientId,
) -> Result<Option<Client>, StoreError> {
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
    // One statement sees one moment: the application and its secrets belong together.
    rows::all(connection, sql, [client_id.as_str()], |columns| {
        let application: Application = read(columns)?;
        let client = found.get_or_insert_with(|| Client {
            application,
            secrets: Vec::with_capacity(MOST_SECRETS),
        });
        if columns.is_there("id")? {
            let record = record(columns)?;
            let secret = keychain.unseal(client_id, &columns.get::<Vec<u8>>("sealed")?)?;
            client.secrets.push(KeptSecret { record, secret });
        }
        Ok(())
    })?;
    Ok(found)
}

/// Adds a secret to an application that can have one.
pub(super) fn insert(
    connection: &Connection,
    keychain: &Keychain,
    client_id: &ClientId,
    secret: &ClientSecret,
    at: Timestamp,
) -> Result<SecretRecord, StoreError> {
    rows::execute(
        connection,
        "INSERT INTO client_secrets (application_id, sealed, created_at) \
         VALUES ((SELECT id FROM applications WHERE client_id = ?1), ?2, ?3)",
        params![
            client_id.as_str(),
            keychain.seal(connection, client_id, secret)?,
            at.as_millis()
        ],
    )?;
    Ok(SecretRecord {
        id: SecretId(connection.last_insert_rowid()),
        created_at: at,
        first_used_at: None,
        last_used_at: None,
    })
}

/// Forgets all secrets of an application.
pub(super) fn destroy(connection: &Connection, client_id: &ClientId) -> Result<(), StoreError> {
    rows::execute(
        connection,
        "DELETE FROM client_secrets WHERE application_id = (SELECT id FROM applications WHERE client_id = ?1)",
        [client_id.as_str()],
    )?;
    Ok(())
}

/// Makes a second secret valid.
pub(super) fn add(
    connection: &Connection,
    keychain: &Keychain,
    client_id: &ClientId,
    secret: &ClientSecret,
    (by, at): Act<'_>,
) -> Result<SecretAdded, StoreError> {
    let Some(application) = find(connection, client_id)? else {
        return Ok(SecretAdded::NotFound);
    };
    if !application.spec.client_type.is_confidential() {
        return Ok(SecretAdded::Public);
    }
    if records(connection, client_id)?.len() >= MOST_SECRETS {
        return Ok(SecretAdded::TooMany);
    }
    let record = insert(connection, keychain, client_id, secret, at)?;
    audit::write(
        connection,
        (by, at),
        AuditAction::SecretAdded,
        client_id.as_str(),
        &format!("“{}”", application.spec.name),
    )?;
    Ok(SecretAdded::Added(record))
}

/// Leaves only a hash of a secret, unless it is the only one.
pub(super) fn retire(
    connection: &Connection,
    keychain: &Keychain,
    client_id: &ClientId,
    id: SecretId,
    (by, at): Act<'_>,
) -> Result<SecretRetired, StoreError> {
    let kept = kept(connection, keychain, client_id)?;
    let Some(retired) = kept.iter().find(|kept| kept.record.id == id) else {
        return Ok(SecretRetired::NotFound);
    };
    if kept.len() == 1 {
        return Ok(SecretRetired::OnlyOne);
    }
    rows::execute(
        connection,
        "UPDATE client_secrets SET sealed = NULL, retired_at = ?2, digest = ?3 WHERE id = ?1",
        params![id.0, at.as_millis(), digest(retired.secret.expose())],
    )?;
    // A hash is kept for as long as anybody may wonder, not for ever.
    rows::execute(
        connection,
        "DELETE FROM client_secrets WHERE id IN (SELECT s.id FROM client_secrets s \
         JOIN applications a ON a.id = s.application_id WHERE a.client_id = ?1 AND s.sealed IS NULL \
         ORDER BY s.retired_at DESC, s.id DESC LIMIT -1 OFFSET ?2)",
        params![client_id.as_str(), RETIRED_KEPT],
    )?;
    let age = crate::shared::age_of_secret(&retired.record);
    audit::write(
        connection,
        (by, at),
        AuditAction::SecretRetired,
        client_id.as_str(),
        &age,
    )?;
    Ok(SecretRetired::Retired)
}

/// When `presented` was retired.
pub(super) fn retired_at(
    connection: &Connection,
    client_id: &ClientId,
    presented: &ClientSecret,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT s.retired_at FROM client_secrets s JOIN applications a ON a.id = s.application_id \
               WHERE a.client_id = ?1 AND s.digest = ?2";
    rows::first(
        connection,
        sql,
        params![client_id.as_str(), digest(presented.expose())],
        |columns| columns.table("client_secrets").time("retired_at"),
    )
}

/// Writes down a use.
pub(super) fn used(connection: &Connection, id: SecretId, at: Timestamp) -> Result<(), StoreError> {
    rows::execute(
        connection,
        "UPDATE client_secrets SET first_used_at = coalesce(first_used_at, ?2), \
         last_used_at = max(coalesce(last_used_at, ?2), ?2) WHERE id = ?1 AND sealed IS NOT NULL",
        params![id.0, at.as_millis()],
    )?;
    Ok(())
}

/// Unseals a secret for a person to see: the one with this number, or the newest.
pub(super) fn reveal(
    connection: &Connection,
    keychain: &Keychain,
    client_id: &ClientId,
    id: Option<SecretId>,
    (by, at): Act<'_>,
) -> Result<Option<ClientSecret>, StoreError> {
    let kept = kept(connection, keychain, client_id)?;
    let found = kept
        .into_iter()
        .find(|kept| id.is_none_or(|id| id == kept.record.id));
    let Some(found) = found else {
        return Ok(None);
    };
    audit::write(
        connection,
        (by, at),
        AuditAction::SecretRevealed,
        client_id.as_str(),
        "",
    )?;
    Ok(Some(found.secret))
}
