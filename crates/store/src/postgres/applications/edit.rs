//! What a host does to an application. Each is one transaction together with its entry in the audit trail.

use latchkey_domain::{Actor, Application, ApplicationSpec, ClientId, Timestamp};

use super::{row, secrets};
use crate::postgres::keychain::NodeKeys;
use crate::postgres::params::params;
use crate::postgres::rows::Statements;
use crate::postgres::{audit, grants, rows};
use crate::{
    ApplicationUpdate, AuditAction, Deleted, NewApplication, RevocationReason, StoreError, UpdateOutcome,
};

/// Who does it, and when.
pub(super) type Act<'act> = (&'act Actor, Timestamp);

/// Registers an application.
pub(super) async fn create(
    db: &impl Statements,
    keys: &NodeKeys,
    new: &NewApplication,
    (by, at): Act<'_>,
) -> Result<Application, StoreError> {
    let NewApplication {
        client_id,
        spec,
        secret,
    } = new;
    // A public application has no secret, whatever was made for it.
    let secret = secret.as_ref().filter(|_| spec.client_type.is_confidential());
    row::insert(db, client_id, spec, at).await?;
    if let Some(secret) = secret {
        secrets::insert(db, keys, client_id, secret, at).await?;
    }
    let detail = format!("“{}”", spec.name);
    audit::write(
        db,
        (by, at),
        AuditAction::ApplicationCreated,
        client_id.as_str(),
        &detail,
    )
    .await?;
    Ok(Application {
        client_id: client_id.clone(),
        spec: spec.clone(),
        paused_at: None,
        created_at: at,
        last_used_at: None,
        revision: 1,
    })
}

/// Edits an application, if nobody else did so meanwhile. An edit that changes nothing is none.
pub(super) async fn update(
    db: &impl Statements,
    keys: &NodeKeys,
    client_id: &ClientId,
    update: &ApplicationUpdate,
    (by, at): Act<'_>,
) -> Result<UpdateOutcome, StoreError> {
    let Some(current) = row::find_locked(db, client_id).await? else {
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
    let new_secret = (becomes && !was).then(|| update.secret_if_missing.clone());
    row::update(db, client_id, &update.spec).await?;
    match &new_secret {
        Some(secret) => {
            secrets::insert(db, keys, client_id, secret, at).await?;
        }
        None if becomes => {}
        None => secrets::destroy(db, client_id).await?,
    }
    audit::write(
        db,
        (by, at),
        AuditAction::ApplicationUpdated,
        client_id.as_str(),
        &changes.join(", "),
    )
    .await?;
    let application = Application {
        spec: update.spec.clone(),
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
pub(super) async fn set_paused(
    db: &impl Statements,
    client_id: &ClientId,
    paused: bool,
    (by, at): Act<'_>,
) -> Result<Option<Application>, StoreError> {
    let Some(current) = row::find_locked(db, client_id).await? else {
        return Ok(None);
    };
    if current.is_paused() == paused {
        return Ok(Some(current));
    }
    let paused_at = paused.then_some(at);
    rows::execute(
        db,
        "UPDATE applications SET paused_at = $2 WHERE client_id = $1",
        params![client_id.as_str(), paused_at.map(Timestamp::as_millis)],
    )
    .await?;
    let action = if paused {
        AuditAction::ApplicationPaused
    } else {
        AuditAction::ApplicationResumed
    };
    audit::write(
        db,
        (by, at),
        action,
        client_id.as_str(),
        &format!("“{}”", current.spec.name),
    )
    .await?;
    Ok(Some(Application { paused_at, ..current }))
}

/// Deletes an application; its grants, consents and activity go with the row.
pub(super) async fn delete(
    db: &impl Statements,
    client_id: &ClientId,
    (by, at): Act<'_>,
) -> Result<Option<Deleted>, StoreError> {
    let Some(application) = row::find_locked(db, client_id).await? else {
        return Ok(None);
    };
    let connected_members = grants::connected_members(db, client_id).await?;
    rows::execute(
        db,
        "DELETE FROM applications WHERE client_id = $1",
        params![client_id.as_str()],
    )
    .await?;
    let detail = format!(
        "“{}”, connected members: {connected_members}",
        application.spec.name
    );
    audit::write(
        db,
        (by, at),
        AuditAction::ApplicationDeleted,
        client_id.as_str(),
        &detail,
    )
    .await?;
    Ok(Some(Deleted {
        application,
        connected_members,
    }))
}

/// Revokes every grant of an application and forgets every consent.
pub(super) async fn disconnect_everyone(
    db: &impl Statements,
    client_id: &ClientId,
    (by, at): Act<'_>,
) -> Result<Option<u64>, StoreError> {
    let Some(application) = row::find_locked(db, client_id).await? else {
        return Ok(None);
    };
    let connected_members = grants::connected_members(db, client_id).await?;
    rows::execute(
        db,
        "UPDATE grants SET revoked_at = $2, revoked_because = $3 \
         WHERE application_id = (SELECT id FROM applications WHERE client_id = $1) AND revoked_at IS NULL",
        params![client_id.as_str(), at.as_millis(), RevocationReason::Host.id()],
    )
    .await?;
    rows::execute(
        db,
        "DELETE FROM consents WHERE application_id = (SELECT id FROM applications WHERE client_id = $1)",
        params![client_id.as_str()],
    )
    .await?;
    let detail = format!(
        "“{}”, connected members: {connected_members}",
        application.spec.name
    );
    audit::write(
        db,
        (by, at),
        AuditAction::ApplicationDisconnected,
        client_id.as_str(),
        &detail,
    )
    .await?;
    Ok(Some(connected_members))
}
