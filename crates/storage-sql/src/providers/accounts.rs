//! Accounts at providers that members have linked.

use latchkey_domain::provider::{ProviderId, Subject};
use latchkey_domain::{Actor, Email, Member, MemberId, Slug, Timestamp};
use latchkey_storage::providers::{Followed, LinkedAccount, Linking, NewLinkedAccount, Unlinking};
use latchkey_storage::{AddMember, AuditAction, PasswordHash, StoreError};

use super::{by_slug, columns, read};
use crate::members::row as member;
use crate::{Statements, audit, members, networks, params, passkeys, rows};

/// What the audit trail says of an account.
async fn note(
    db: &dyn Statements,
    member: MemberId,
    action: AuditAction,
    (provider, label): (&str, &str),
    by: (&Actor, Timestamp),
) -> Result<(), StoreError> {
    let email = member::email_of(db, member).await?.unwrap_or_default();
    audit::write_if_allowed(db, by, action, &email, &format!("{provider}: {label}")).await
}

async fn slug_of(db: &dyn Statements, id: ProviderId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT slug FROM providers WHERE id = ?1 [[FOR KEY SHARE|]]";
    rows::first(db, sql, params![id.0], |columns| {
        columns.table("providers").get("slug")
    })
    .await
}

pub(super) async fn member_of(
    db: &dyn Statements,
    provider: ProviderId,
    subject: &Subject,
) -> Result<Option<(Member, PasswordHash)>, StoreError> {
    let sql = concat!(
        "SELECT ",
        member::columns!(),
        ", m.password_hash FROM linked_accounts l JOIN members m ON m.id = l.member_id \
         WHERE l.provider_id = ?1 AND l.subject = ?2"
    );
    rows::first(db, sql, params![provider.0, subject.as_str()], |columns| {
        Ok((
            member::read(columns)?,
            PasswordHash(columns.get("password_hash")?),
        ))
    })
    .await
}

pub(super) async fn of_member(
    db: &dyn Statements,
    member: MemberId,
) -> Result<Vec<LinkedAccount>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", l.label, l.linked_at, l.last_used_at FROM linked_accounts l JOIN providers p ON p.id = l.provider_id \
         WHERE l.member_id = ?1 ORDER BY l.id"
    );
    let mut accounts = rows::all(db, sql, params![member.0], |columns| {
        let provider = read(columns)?;
        columns.table("linked_accounts");
        Ok(LinkedAccount {
            provider,
            label: columns.get("label")?,
            linked_at: columns.time("linked_at")?,
            last_used_at: columns.time("last_used_at")?,
        })
    })
    .await?;
    accounts.sort_by_cached_key(|account| account.provider.spec.name.as_str().to_lowercase());
    Ok(accounts)
}

/// Links an account of a provider that is there to a member who is.
async fn insert(
    db: &dyn Statements,
    member: MemberId,
    account: &NewLinkedAccount,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO linked_accounts (provider_id, subject, member_id, label, linked_at, last_used_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT DO NOTHING";
    let params = params![
        account.provider.0,
        account.subject.as_str(),
        member.0,
        account.label.as_str(),
        at
    ];
    Ok(db.execute(sql, params).await? > 0)
}

pub(super) async fn link(
    db: &dyn Statements,
    member: MemberId,
    account: &NewLinkedAccount,
    by: (&Actor, Timestamp),
) -> Result<Linking, StoreError> {
    passkeys::lock(db, member).await?;
    let Some(slug) = slug_of(db, account.provider).await? else {
        return Ok(Linking::Unknown);
    };
    if member::email_of(db, member).await?.is_none() {
        return Ok(Linking::Unknown);
    }
    if !insert(db, member, account, by.1).await? {
        return Ok(Linking::Taken);
    }
    members::count_ways_in(db, &[member]).await?;
    let what = (slug.as_str(), account.label.as_str());
    note(db, member, AuditAction::AccountLinked, what, by).await?;
    Ok(Linking::Done)
}

pub(super) async fn add_member(
    db: &dyn Statements,
    new: &AddMember,
    email_verified: bool,
    account: &NewLinkedAccount,
    (by, at): (&Actor, Timestamp),
) -> Result<Option<Member>, StoreError> {
    let Some(slug) = slug_of(db, account.provider).await? else {
        return Ok(None);
    };
    let sql = "SELECT EXISTS (SELECT 1 FROM linked_accounts WHERE provider_id = ?1 AND subject = ?2)";
    let params = params![account.provider.0, account.subject.as_str()];
    let [typed, form] = new.email.spellings();
    let taken = "SELECT EXISTS (SELECT 1 FROM members WHERE email IN (?1, ?2))";
    if rows::exists(db, sql, params).await? || rows::exists(db, taken, params![typed, form]).await? {
        return Ok(None);
    }
    let Some(member) = members::add(db, new, (by, at)).await? else {
        return Ok(None);
    };
    if !insert(db, member.id, account, at).await? {
        // Somebody linked the account at the same moment: nothing of this stays.
        return Err(StoreError::Damaged(
            "an account was linked twice at once".to_owned(),
        ));
    }
    let sql = "UPDATE members SET email_verified = ?2 WHERE id = ?1";
    db.execute(sql, params![member.id.0, email_verified]).await?;
    members::count_ways_in(db, &[member.id]).await?;
    let what = (slug.as_str(), account.label.as_str());
    note(db, member.id, AuditAction::AccountLinked, what, (by, at)).await?;
    Ok(Some(Member {
        email_verified,
        ..member
    }))
}

pub(super) async fn used(
    db: &dyn Statements,
    member: MemberId,
    account: &NewLinkedAccount,
    followed: &Followed,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE linked_accounts SET last_used_at = ?3, label = ?4 WHERE provider_id = ?1 AND subject = ?2";
    let params = params![
        account.provider.0,
        account.subject.as_str(),
        at,
        account.label.as_str()
    ];
    db.execute(sql, params).await?;
    let by = Actor {
        member: Some(member),
        address: None,
        request_id: None,
    };
    if let Some(name) = &followed.name {
        members::set_name(db, member, name, (&by, at)).await?;
    }
    let before = member::email_of(db, member).await?;
    let before = before.and_then(|email| Email::stored(&email).ok());
    if let (Some(new), Some(before)) = (&followed.email, before) {
        if before == *new {
            let sql = "UPDATE members SET email_verified = [[TRUE|1]] WHERE id = ?1";
            db.execute(sql, params![member.0]).await?;
        } else {
            // One that somebody else has stays theirs.
            members::set_email(db, &before, new, true, (&by, at)).await?;
        }
    }
    Ok(())
}

pub(super) async fn unlink(
    db: &dyn Statements,
    member: MemberId,
    provider: &Slug,
    by: (&Actor, Timestamp),
) -> Result<Unlinking, StoreError> {
    passkeys::lock(db, member).await?;
    let Some(provider) = by_slug(db, provider).await? else {
        return Ok(Unlinking::Unknown);
    };
    let sql = "SELECT l.label, m.role = 'host' FROM linked_accounts l JOIN members m ON m.id = l.member_id \
               WHERE l.member_id = ?1 AND l.provider_id = ?2";
    let found = rows::first(db, sql, params![member.0, provider.id.0], |columns| {
        columns.table("linked_accounts");
        Ok((columns.get::<String>("label")?, columns.get::<bool>("is_host")?))
    })
    .await?;
    let Some((label, is_host)) = found else {
        return Ok(Unlinking::Unknown);
    };
    // Where members sign in only with providers, a password is no way in for anybody but hosts.
    let only = !is_host && networks::read(db).await?.providers_only;
    if members::ways_in(db, member).await?.is_last_account(only) {
        return Ok(Unlinking::Last);
    }
    let sql = "DELETE FROM linked_accounts WHERE member_id = ?1 AND provider_id = ?2";
    db.execute(sql, params![member.0, provider.id.0]).await?;
    members::count_ways_in(db, &[member]).await?;
    let what = (provider.spec.slug.as_str(), label.as_str());
    note(db, member, AuditAction::AccountUnlinked, what, by).await?;
    Ok(Unlinking::Done)
}

/// Unlinks every account of a provider; how many there were. Members who have no other way to sign in need a link of a
/// host then.
pub(super) async fn unlink_all(db: &dyn Statements, provider: ProviderId) -> Result<u64, StoreError> {
    let sql = "DELETE FROM linked_accounts WHERE provider_id = ?1 RETURNING member_id";
    let unlinked = rows::all(db, sql, params![provider.0], |columns| {
        columns.table("linked_accounts").get("member_id").map(MemberId)
    })
    .await?;
    members::count_ways_in(db, &unlinked).await?;
    Ok(unlinked.len() as u64)
}
