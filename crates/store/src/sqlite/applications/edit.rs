//! What a host does to an application. Each is one transaction together with its entry in the audit trail.

use latchkey_domain::{Actor, Application, ApplicationSpec, ClientId, Timestamp};
use rusqlite::{Connection, params};

use super::{row, secrets};
use crate::sqlite::keychain::Keychain;
use crate::sqlite::{audit, grants, rows};
use crate::{
    ApplicationUpdate, AuditAction, Deleted, NewApplication, RevocationReason, StoreError, UpdateOutcome,
};

/// Who does it, and when.
pub(super) type Act<'act> = (&'act Actor, Timestamp);

/// Registers an application.
pub(super) fn create(
    connection: &Connection,
    keychain: &Keychain,
    new: NewApplication,
    (by, at): Act<'_>,
) -> Result<Application, StoreError> {
    let NewApplication {
        client_id,
        spec,
        secret,
    } = new;
    // A public application has no secret, whatever was made for it.
    let secret = secret.filter(|_| spec.client_type.is_confidential());
    row::insert(connection, &client_id, &spec, at)?;
    if let Some(secret) = secret {
        secrets::insert(connection, keychain, &client_id, &secret, at)?;
    }
    let detail = format!("“{}”", spec.name);
    audit::write(
        connection,
        (by, at),
        AuditAction::ApplicationCreated,
        client_id.as_str(),
        &detail,
    )?;
    Ok(Application {
        client_id,
        spec,
        paused_at: None,
        created_at: at,
        last_used_at: None,
        revision: 1,
    })
}

/// Edits an application, if nobody else did so meanwhile. An edit that changes nothing is none.
pub(super) fn update(
    connection: &Connection,
    keychain: &Keychain,
    client_id: &ClientId,
    update: ApplicationUpdate,
    (by, at): Act<'_>,
) -> Result<UpdateOutcome, StoreError> {
    let Some(current) = row::find(connection, client_id)? else {
        return Ok(UpdateOutcome::NotFound);
    };
    if update
        .expected_revision
        .is_some_and(|expected| expected != current.revision)
    {
        return Ok(UpdateOutcome::Stale { current });
    }
    let changes = differences(&current.spec, &update.spec);
    if changes.is_empty() {
        return Ok(UpdateOutcome::Updated {
            application: current,
            new_secret: None,
        });
    }
    let (was, becomes) = (
        current.spec.client_type.is_confidential(),
        update.spec.client_type.is_confidential(),
    );
    let new_secret = (becomes && !was).then_some(update.secret_if_missing);
    row::update(connection, client_id, &update.spec)?;
    match &new_secret {
        Some(secret) => {
            secrets::insert(connection, keychain, client_id, secret, at)?;
        }
        None if becomes => {}
        None => secrets::destroy(connection, client_id)?,
    }
    audit::write(
        connection,
        (by, at),
        AuditAction::ApplicationUpdated,
        client_id.as_str(),
        &changes.join(", "),
    )?;
    let application = Application {
        spec: update.spec,
        revision: current.revision + 1,
        ..current
    };
    Ok(UpdateOutcome::Updated {
        application,
        new_secret,
    })
}

/// What an edit changes, in the words of the form.
fn differences(before: &ApplicationSpec, after: &ApplicationSpec) -> Vec<&'static str> {
    // Taken apart, so that a field that is added is not forgotten here.
    let ApplicationSpec {
        name,
        redirect_uris,
        scopes,
        client_type,
        skip_consent,
    } = before;
    [
        (*name != after.name, "name"),
        (*redirect_uris != after.redirect_uris, "redirect URIs"),
        (*scopes != after.scopes, "scopes"),
        (*client_type != after.client_type, "client type"),
        (*skip_consent != after.skip_consent, "consent screen"),
    ]
    .into_iter()
    .filter_map(|(differs, words)| differs.then_some(words))
    .collect()
}

/// Pauses or resumes an application. It is no edit: the revision stays, and an open form is still good.
pub(super) fn set_paused(
    connection: &Connection,
    client_id: &ClientId,
    paused: bool,
    (by, at): Act<'_>,
) -> Result<Option<Application>, StoreError> {
    let Some(current) = row::find(connection, client_id)? else {
        return Ok(None);
    };
    if current.is_paused() == paused {
        return Ok(Some(current));
    }
    let paused_at = paused.then_some(at);
    rows::execute(
        connection,
        "UPDATE applications SET paused_at = ?2 WHERE client_id = ?1",
        params![client_id.as_str(), paused_at.map(Timestamp::as_millis)],
    )?;
    let action = if paused {
        AuditAction::ApplicationPaused
    } else {
        AuditAction::ApplicationResumed
    };
    audit::write(
        connection,
        (by, at),
        action,
        client_id.as_str(),
        &format!("“{}”", current.spec.name),
    )?;
    Ok(Some(Application { paused_at, ..current }))
}

/// Deletes an application; its grants, consents and activity go with the row.
pub(super) fn delete(
    connection: &Connection,
    client_id: &ClientId,
    (by, at): Act<'_>,
) -> Result<Option<Deleted>, StoreError> {
    let Some(application) = row::find(connection, client_id)? else {
        return Ok(None);
    };
    let connected_members = grants::connected_members(connection, client_id)?;
    rows::execute(
        connection,
        "DELETE FROM applications WHERE client_id = ?1",
        [client_id.as_str()],
    )?;
    let detail = format!(
        "“{}”, connected members: {connected_members}",
        application.spec.name
    );
    audit::write(
        connection,
        (by, at),
        AuditAction::ApplicationDeleted,
        client_id.as_str(),
        &detail,
    )?;
    Ok(Some(Deleted {
        application,
        connected_members,
    }))
}

/// Revokes every grant of an application and forgets every consent.
pub(super) fn disconnect_everyone(
    connection: &Connection,
    client_id: &ClientId,
    (by, at): Act<'_>,
) -> Result<Option<u64>, StoreError> {
    let Some(application) = row::find(connection, client_id)? else {
        return Ok(None);
    };
    let connected_members = grants::connected_members(connection, client_id)?;
    rows::execute(
        connection,
        "UPDATE grants SET revoked_at = ?2, revoked_because = ?3 \
         WHERE application_id = (SELECT id FROM applications WHERE client_id = ?1) AND revoked_at IS NULL",
        params![client_id.as_str(), at.as_millis(), RevocationReason::Host.id()],
    )?;
    rows::execute(
        connection,
        "DELETE FROM consents WHERE application_id = (SELECT id FROM applications WHERE client_id = ?1)",
        [client_id.as_str()],
    )?;
    let detail = format!(
        "“{}”, connected members: {connected_members}",
        application.spec.name
    );
    audit::write(
        connection,
        (by, at),
        AuditAction::ApplicationDisconnected,
        client_id.as_str(),
        &detail,
    )?;
    Ok(Some(connected_members))
}
