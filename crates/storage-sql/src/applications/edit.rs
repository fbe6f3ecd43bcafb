//! What a host does to an application. Each is one transaction together with its entry in the audit trail.

use latchkey_domain::{Application, ApplicationName, ClientId, Email, LogoId, MemberId};

use super::audit_entry::{Act, note};
use super::{row, secrets};
use crate::grants::{connected_apps, end};
use crate::keychain::Keychain;
use crate::{Statements, activity, logos, params, rows};
use latchkey_storage::applications::rules::{self, Edit, SecretChange};
use latchkey_storage::{
    ApplicationUpdate, Deleted, Logo, NewApplication, RevocationReason, StoreError, UpdateOutcome,
};

/// Registers an application.
pub(super) async fn create(
    db: &dyn Statements,
    keys: &Keychain,
    new: &NewApplication,
    act: Act<'_>,
) -> Result<Application, StoreError> {
    // First, since it checks that the host still is one.
    note(db, act, &new.client_id, rules::created(&new.spec)).await?;
    row::insert(db, &new.client_id, &new.spec, act).await?;
    if let Some(secret) = rules::secret_of(new) {
        secrets::insert(db, keys, &new.client_id, secret, act.1).await?;
    }
    Ok(rules::registered(new, act.0.member, act.1))
}

/// Sets or removes a logo. It is not an edit, as pausing is none.
pub(super) async fn set_logo(
    db: &dyn Statements,
    client_id: &ClientId,
    logo: Option<&Logo>,
    act: Act<'_>,
) -> Result<Option<Application>, StoreError> {
    let Some(current) = row::find_locked(db, client_id).await? else {
        return Ok(None);
    };
    let id = logo.map(|(id, _)| id);
    if current.logo.as_ref() == id {
        return Ok(Some(current));
    }
    logos::keep(db, logo).await?;
    let sql = "UPDATE applications SET logo = ?2 WHERE client_id = ?1";
    rows::execute(db, sql, params![client_id.as_str(), id.map(LogoId::as_str)]).await?;
    logos::delete_unused(db, current.logo.as_ref()).await?;
    note(db, act, client_id, rules::logo(logo.is_some())).await?;
    Ok(Some(Application {
        logo: id.cloned(),
        ..current
    }))
}

/// Registers many.
pub(super) async fn create_all(
    db: &dyn Statements,
    keys: &Keychain,
    all: &[NewApplication],
    act: Act<'_>,
) -> Result<(), StoreError> {
    for new in all {
        create(db, keys, new, act).await?;
    }
    Ok(())
}

/// Edits an application.
pub(super) async fn update(
    db: &dyn Statements,
    keys: &Keychain,
    client_id: &ClientId,
    update: &ApplicationUpdate,
    act: Act<'_>,
) -> Result<UpdateOutcome, StoreError> {
    let Some(current) = row::find_locked(db, client_id).await? else {
        return Ok(UpdateOutcome::NotFound);
    };
    let (change, entry) = match rules::edit(&current, update) {
        Edit::Stale => return Ok(UpdateOutcome::Stale { current }),
        Edit::Unchanged => {
            return Ok(UpdateOutcome::Updated {
                application: current,
                new_secret: None,
            });
        }
        Edit::Changed { secrets, entry } => (secrets, entry),
    };
    row::update(db, client_id, &update.spec).await?;
    let new_secret = match change {
        SecretChange::Keep => None,
        SecretChange::Create => {
            secrets::insert(db, keys, client_id, &update.secret_if_missing, act.1).await?;
            Some(update.secret_if_missing.clone())
        }
        SecretChange::Destroy => {
            secrets::destroy(db, client_id).await?;
            None
        }
    };
    note(db, act, client_id, entry).await?;
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

/// Pauses or resumes an application. It is not an edit: the revision stays, and an open form can still be saved.
pub(super) async fn set_paused(
    db: &dyn Statements,
    client_id: &ClientId,
    paused: bool,
    act: Act<'_>,
) -> Result<Option<Application>, StoreError> {
    let Some(current) = row::find_locked(db, client_id).await? else {
        return Ok(None);
    };
    let Some(entry) = rules::pause(&current, paused) else {
        return Ok(Some(current));
    };
    let paused_at = paused.then_some(act.1);
    let sql = "UPDATE applications SET paused_at = ?2 WHERE client_id = ?1";
    rows::execute(db, sql, params![client_id.as_str(), paused_at]).await?;
    note(db, act, client_id, entry).await?;
    Ok(Some(Application { paused_at, ..current }))
}

/// Deletes an application; its grants, consents and activity go with the row, except what failed.
pub(super) async fn delete(
    db: &dyn Statements,
    client_id: &ClientId,
    act: Act<'_>,
) -> Result<Option<Deleted>, StoreError> {
    let Some(application) = row::find_locked(db, client_id).await? else {
        return Ok(None);
    };
    let connected_members = connected_apps::count_members(db, client_id).await?;
    activity::release(db, client_id).await?;
    let sql = "DELETE FROM applications WHERE client_id = ?1";
    rows::execute(db, sql, params![client_id.as_str()]).await?;
    logos::delete_unused(db, application.logo.as_ref()).await?;
    let entry = rules::deleted(&application.spec, connected_members);
    note(db, act, client_id, entry).await?;
    Ok(Some(Deleted {
        application,
        connected_members,
    }))
}

/// Revokes every grant of an application and deletes every consent.
pub(super) async fn disconnect_everyone(
    db: &dyn Statements,
    client_id: &ClientId,
    act: Act<'_>,
) -> Result<Option<u64>, StoreError> {
    let Some(application) = row::find_locked(db, client_id).await? else {
        return Ok(None);
    };
    let connected_members = connected_apps::count_members(db, client_id).await?;
    end::all_of_application(db, client_id, act.1).await?;
    let entry = rules::disconnected(&application.spec, connected_members);
    note(db, act, client_id, entry).await?;
    Ok(Some(connected_members))
}

/// Revokes the grants of one member and deletes the consent. It locks what it locks where the member does the same.
pub(super) async fn disconnect_member(
    db: &dyn Statements,
    client_id: &ClientId,
    member: MemberId,
    act: Act<'_>,
) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT a.id, a.name, m.email FROM applications a JOIN members m ON m.id = ?2 WHERE a.client_id = ?1 \
               [[FOR KEY SHARE OF a FOR NO KEY UPDATE OF m|]]";
    let found = rows::first(db, sql, params![client_id.as_str(), member.0], |columns| {
        columns.table("applications");
        let (id, name): (i64, _) = (
            columns.get("id")?,
            columns.parsed("name", ApplicationName::parse)?,
        );
        Ok((id, name, columns.table("members").parsed("email", Email::stored)?))
    })
    .await?;
    let Some((application, name, email)) = found else {
        return Ok(None);
    };
    let ended = end::one(db, member, application, RevocationReason::Host, act.1).await?;
    if ended > 0 {
        note(db, act, client_id, rules::member_disconnected(&name, &email)).await?;
    }
    Ok(Some(ended))
}
