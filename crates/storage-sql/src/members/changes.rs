//! Adding, changing and removing members.

use latchkey_domain::text::fold;
use latchkey_domain::{Actor, Email, LogoId, Member, MemberId, MemberName, Role, Timestamp};
use latchkey_storage::members::{
    disconnected_by_password, password_detail, refused, role_change_detail, role_detail, sessions_detail,
};
use latchkey_storage::shared::searchable;
use latchkey_storage::{
    AddMember, AuditAction, EmailChange, Logo, MailKind, MemberChange, NewMail, PasswordSet, SetPassword,
    StoreError,
};

use super::row::{columns, locked, read};
use crate::grants::end;
use crate::sign_in_links::end::end_links_of;
use crate::{Statements, activity, audit, logos, mails, params, rows};

/// All hosts who can act, locked before the one who may stop being a host is, and in one order: of two who take the last two hosts away
/// at once, the second waits, and then finds that it would take the last. Grants and sessions of hosts are made
/// meanwhile, since their numbers do not change.
async fn locked_hosts(db: &dyn Statements) -> Result<Vec<MemberId>, StoreError> {
    let sql = "SELECT id FROM members WHERE role = 'host' AND suspended_at IS NULL ORDER BY id [[FOR NO KEY UPDATE|]]";
    rows::all(db, sql, &[], |columns| {
        columns.table("members").get("id").map(MemberId)
    })
    .await
}

/// Adds a member, unless the email is taken.
pub(crate) async fn add(
    db: &dyn Statements,
    member: &AddMember,
    (by, at): (&Actor, Timestamp),
) -> Result<Option<Member>, StoreError> {
    let (email, name) = (member.email.as_str(), member.name.as_str());
    let added = rows::first(
        db,
        "INSERT INTO members (email, name, name_folded, search, role, password_hash, joined_at, can_sign_in, has_password) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) ON CONFLICT (email) DO NOTHING RETURNING id",
        params![
            email,
            name,
            fold(name),
            searchable(&[name, email]),
            member.role.id(),
            &member.password.0,
            at,
            member.can_sign_in
        ],
        |columns| columns.table("members").get("id").map(MemberId),
    )
    .await?;
    let Some(id) = added else {
        return Ok(None);
    };
    let detail = role_detail(member.role);
    audit::write_if_allowed(db, (by, at), AuditAction::MemberAdded, email, &detail).await?;
    Ok(Some(member.added(id, at)))
}

pub(super) async fn add_all(
    db: &dyn Statements,
    members: &[AddMember],
    by: (&Actor, Timestamp),
) -> Result<Vec<Member>, StoreError> {
    let mut added = Vec::with_capacity(members.len());
    for member in members {
        added.extend(add(db, member, by).await?);
    }
    Ok(added)
}

pub(super) async fn set_role(
    db: &dyn Statements,
    email: &Email,
    role: Role,
    by: (&Actor, Timestamp),
) -> Result<MemberChange, StoreError> {
    let hosts = if role.is_host() {
        None
    } else {
        Some(locked_hosts(db).await?)
    };
    let Some(before) = locked(db, email).await? else {
        return Ok(MemberChange::Unknown);
    };
    if let Some(refused) = refused(&before, hosts.as_deref(), by.0) {
        return Ok(refused);
    }
    if before.role != role {
        let detail = role_change_detail(before.role, role);
        let (action, target) = (AuditAction::MemberRoleChanged, before.email.as_str());
        audit::write_if_allowed(db, by, action, target, &detail).await?;
        let sql = "UPDATE members SET role = ?2, profile_changed_at = ?3 WHERE id = ?1";
        db.execute(sql, params![before.id.0, role.id(), by.1]).await?;
        end_links_of(db, before.id).await?;
        if before.role.is_host() {
            // Only hosts have the API explorer.
            end::explorer_logins(db, before.id, by.1).await?;
        }
    }
    Ok(MemberChange::Done(Member { role, ..before }))
}

pub(crate) async fn set_name(
    db: &dyn Statements,
    id: MemberId,
    name: &MemberName,
    by: (&Actor, Timestamp),
) -> Result<Option<Member>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM members m WHERE m.id = ?1 [[FOR UPDATE|]]"
    );
    let Some(before) = rows::first(db, sql, params![id.0], read).await? else {
        return Ok(None);
    };
    if before.name != *name {
        let email = before.email.as_str();
        let sql = "UPDATE members SET name = ?2, name_folded = ?3, search = ?4, profile_changed_at = ?5 WHERE id = ?1";
        let params = params![
            id.0,
            name.as_str(),
            fold(name.as_str()),
            searchable(&[name.as_str(), email]),
            by.1
        ];
        db.execute(sql, params).await?;
        let detail = format!("from “{}” to “{name}”", before.name);
        audit::write_if_allowed(db, by, AuditAction::MemberRenamed, email, &detail).await?;
    }
    Ok(Some(Member {
        name: name.clone(),
        ..before
    }))
}

pub(crate) async fn set_email(
    db: &dyn Statements,
    email: &Email,
    new: &Email,
    verified: bool,
    (by, at): (&Actor, Timestamp),
) -> Result<EmailChange, StoreError> {
    let Some(before) = locked(db, email).await? else {
        return Ok(EmailChange::Unknown);
    };
    let [typed, form] = new.spellings();
    let sql = "SELECT EXISTS (SELECT 1 FROM members WHERE email IN (?1, ?2) AND id <> ?3)";
    if rows::exists(db, sql, params![typed, form, before.id.0]).await? {
        return Ok(EmailChange::Taken);
    }
    let (id, name) = (before.id, before.name.as_str());
    let sql = "UPDATE members SET email = ?2, search = ?3, email_verified = ?4, profile_changed_at = ?5 WHERE id = ?1";
    let search = searchable(&[name, new.as_str()]);
    db.execute(sql, params![id.0, new.as_str(), search, verified, at])
        .await?;
    end_links_of(db, id).await?;
    let detail = format!("from {}", before.email);
    let (action, target) = (AuditAction::MemberEmailChanged, new.as_str());
    audit::write_if_allowed(db, (by, at), action, target, &detail).await?;
    let told = NewMail {
        member: id,
        kind: MailKind::EmailChanged,
        address: Some(before.email.clone()),
        detail: new.to_string(),
    };
    mails::queue(db, &[told], None, at).await?;
    let after = Member {
        email: new.clone(),
        email_verified: verified,
        ..before.clone()
    };
    Ok(EmailChange::Done(after, before.email))
}

pub(crate) async fn set_password(
    db: &dyn Statements,
    email: &Email,
    password: &SetPassword,
    (by, at): (&Actor, Timestamp),
) -> Result<Option<PasswordSet>, StoreError> {
    let Some(member) = locked(db, email).await? else {
        return Ok(None);
    };
    let (id, keep_apps) = (member.id, password.keep_apps);
    let replaces = password.replaces.as_ref().map(|hash| hash.0.as_str());
    let sql = "UPDATE members SET password_hash = ?2, can_sign_in = [[TRUE|1]], has_password = [[TRUE|1]] \
               WHERE id = ?1 AND password_hash = coalesce(?3, password_hash)";
    if db.execute(sql, params![id.0, &password.hash.0, replaces]).await? == 0 {
        return Ok(None);
    }
    end_links_of(db, id).await?;
    let sql = "DELETE FROM sessions WHERE member_id = ?1";
    let sessions = db.execute(sql, params![id.0]).await?;
    let disconnected = if keep_apps {
        Vec::new()
    } else {
        end::all_of_member(db, id, at).await?
    };
    let applications = disconnected.len() as u64;
    for client_id in disconnected {
        activity::insert(db, &disconnected_by_password(&client_id, id, at)).await?;
    }
    audit::write_if_allowed(
        db,
        (by, at),
        AuditAction::MemberPasswordChanged,
        member.email.as_str(),
        &password_detail(sessions, applications, keep_apps),
    )
    .await?;
    Ok(Some(PasswordSet {
        member,
        sessions,
        applications,
    }))
}

pub(super) async fn set_suspended(
    db: &dyn Statements,
    email: &Email,
    suspended: bool,
    (by, at): (&Actor, Timestamp),
) -> Result<MemberChange, StoreError> {
    let hosts = if suspended {
        Some(locked_hosts(db).await?)
    } else {
        None
    };
    let Some(before) = locked(db, email).await? else {
        return Ok(MemberChange::Unknown);
    };
    if let Some(refused) = refused(&before, hosts.as_deref(), by) {
        return Ok(refused);
    }
    if before.is_suspended() == suspended {
        return Ok(MemberChange::Done(before));
    }
    let sessions = if suspended {
        end_links_of(db, before.id).await?;
        let sql = "DELETE FROM sessions WHERE member_id = ?1";
        db.execute(sql, params![before.id.0]).await?
    } else {
        0
    };
    let (action, detail) = if suspended {
        let ended = sessions_detail(sessions);
        (AuditAction::MemberSuspended, format!("{ended} ended"))
    } else {
        (AuditAction::MemberResumed, String::new())
    };
    audit::write_if_allowed(db, (by, at), action, before.email.as_str(), &detail).await?;
    let suspended_at = suspended.then_some(at);
    let sql = "UPDATE members SET suspended_at = ?2 WHERE id = ?1";
    db.execute(sql, params![before.id.0, suspended_at]).await?;
    Ok(MemberChange::Done(Member {
        suspended_at,
        ..before
    }))
}

pub(super) async fn remove(
    db: &dyn Statements,
    email: &Email,
    by: (&Actor, Timestamp),
) -> Result<MemberChange, StoreError> {
    let hosts = locked_hosts(db).await?;
    let Some(member) = locked(db, email).await? else {
        return Ok(MemberChange::Unknown);
    };
    if let Some(refused) = refused(&member, Some(&hosts), by.0) {
        return Ok(refused);
    }
    let (action, target) = (AuditAction::MemberRemoved, member.email.as_str());
    audit::write_if_allowed(db, by, action, target, &role_detail(member.role)).await?;
    let picture = picture_of(db, member.id).await?;
    // Sessions, grants and consents go with the row.
    db.execute("DELETE FROM members WHERE id = ?1", params![member.id.0])
        .await?;
    logos::delete_unused(db, picture.as_ref()).await?;
    Ok(MemberChange::Done(member))
}

/// The picture of a member.
async fn picture_of(db: &dyn Statements, id: MemberId) -> Result<Option<LogoId>, StoreError> {
    let sql = "SELECT picture FROM members WHERE id = ?1";
    let found = rows::first(db, sql, params![id.0], |columns| {
        columns.table("members").optional("picture", str::parse::<LogoId>)
    })
    .await?;
    Ok(found.flatten())
}

/// Sets or removes the picture.
pub(crate) async fn set_picture(
    db: &dyn Statements,
    id: MemberId,
    picture: Option<&Logo>,
    by: (&Actor, Timestamp),
) -> Result<bool, StoreError> {
    let sql = "SELECT email FROM members WHERE id = ?1 [[FOR UPDATE|]]";
    let email = rows::first(db, sql, params![id.0], |columns| {
        columns.table("members").get::<String>("email")
    })
    .await?;
    let Some(email) = email else {
        return Ok(false);
    };
    let (before, new) = (picture_of(db, id).await?, picture.map(|(id, _)| id));
    if before.as_ref() == new {
        return Ok(true);
    }
    logos::keep(db, picture).await?;
    let sql = "UPDATE members SET picture = ?2, profile_changed_at = ?3 WHERE id = ?1";
    db.execute(sql, params![id.0, new.map(LogoId::as_str), by.1])
        .await?;
    logos::delete_unused(db, before.as_ref()).await?;
    let detail = if new.is_some() { "" } else { "removed" };
    audit::write_if_allowed(db, by, AuditAction::MemberPictureChanged, &email, detail).await?;
    Ok(true)
}
