//! Authenticator apps and recovery codes.

use async_trait::async_trait;
use latchkey_domain::{Actor, MemberId, Timestamp};
use zeroize::Zeroizing;

use crate::Isolation::{RowLocked, Statement};
use crate::keychain::Keychain;
use crate::members::row as member;
use crate::sealing::Owner;
use crate::{Database, SqlStore, Statements, audit, members, params, rows};
use latchkey_storage::second_factors::{Authenticator, RecoveryKey, SecondFactors};
use latchkey_storage::{AuditAction, StoreError};

/// A step as the database keeps it: 30 seconds, so that it fits for ever.
fn step_number(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}

async fn begin(
    db: &dyn Statements,
    keys: &Keychain,
    member: MemberId,
    secret: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sealed = keys.seal(db, Owner::Authenticator(member), secret).await?;
    let sql = "INSERT INTO authenticators (member_id, sealed, created_at) VALUES (?1, ?2, ?3) \
               ON CONFLICT (member_id) DO UPDATE SET sealed = excluded.sealed, created_at = excluded.created_at \
               WHERE authenticators.confirmed_at IS NULL";
    let changed = db.execute(sql, params![member.0, sealed.as_slice(), at]).await?;
    Ok(changed > 0)
}

async fn find(
    db: &dyn Statements,
    keys: &Keychain,
    member: MemberId,
) -> Result<Option<Authenticator>, StoreError> {
    let sql = "SELECT sealed, confirmed_at FROM authenticators WHERE member_id = ?1";
    rows::first(db, sql, params![member.0], |columns| {
        columns.table("authenticators");
        let sealed: Vec<u8> = columns.get("sealed")?;
        Ok(Authenticator {
            secret: keys.open(Owner::Authenticator(member), &sealed)?,
            is_confirmed: columns.optional_time("confirmed_at")?.is_some(),
        })
    })
    .await
}

async fn note(
    db: &dyn Statements,
    member: MemberId,
    action: AuditAction,
    by: (&Actor, Timestamp),
) -> Result<(), StoreError> {
    let email = member::email_of(db, member).await?.unwrap_or_default();
    audit::write_if_allowed(db, by, action, &email, "").await
}

async fn put_codes(db: &dyn Statements, member: MemberId, codes: &[RecoveryKey]) -> Result<(), StoreError> {
    let sql = "DELETE FROM recovery_codes WHERE member_id = ?1";
    db.execute(sql, params![member.0]).await?;
    for code in codes {
        let sql = "INSERT INTO recovery_codes (member_id, key) VALUES (?1, ?2)";
        db.execute(sql, params![member.0, &code.0]).await?;
    }
    Ok(())
}

async fn confirm(
    db: &dyn Statements,
    member: MemberId,
    step: u64,
    codes: &[RecoveryKey],
    by: (&Actor, Timestamp),
) -> Result<bool, StoreError> {
    let sql = "UPDATE authenticators SET confirmed_at = ?2, last_step = ?3 WHERE member_id = ?1 AND confirmed_at IS NULL";
    if db
        .execute(sql, params![member.0, by.1, step_number(step)])
        .await?
        == 0
    {
        return Ok(false);
    }
    let sql = "UPDATE members SET second_factor = [[TRUE|1]] WHERE id = ?1";
    db.execute(sql, params![member.0]).await?;
    put_codes(db, member, codes).await?;
    note(db, member, AuditAction::SecondFactorAdded, by).await?;
    Ok(true)
}

async fn use_step(db: &dyn Statements, member: MemberId, step: u64) -> Result<bool, StoreError> {
    let sql = "UPDATE authenticators SET last_step = ?2 WHERE member_id = ?1 AND last_step < ?2 \
               AND confirmed_at IS NOT NULL";
    Ok(db.execute(sql, params![member.0, step_number(step)]).await? > 0)
}

async fn use_code(
    db: &dyn Statements,
    member: MemberId,
    key: RecoveryKey,
    by: (&Actor, Timestamp),
) -> Result<bool, StoreError> {
    let sql = "UPDATE recovery_codes SET used_at = ?3 WHERE member_id = ?1 AND key = ?2 AND used_at IS NULL";
    if db.execute(sql, params![member.0, &key.0, by.1]).await? == 0 {
        return Ok(false);
    }
    note(db, member, AuditAction::RecoveryCodeUsed, by).await?;
    Ok(true)
}

async fn replace_codes(
    db: &dyn Statements,
    member: MemberId,
    codes: &[RecoveryKey],
    by: (&Actor, Timestamp),
) -> Result<bool, StoreError> {
    let sql = "SELECT member_id FROM authenticators WHERE member_id = ?1 AND confirmed_at IS NOT NULL [[FOR UPDATE|]]";
    let found = rows::first(db, sql, params![member.0], |columns| {
        columns.get::<i64>("member_id")
    })
    .await?;
    if found.is_none() {
        return Ok(false);
    }
    put_codes(db, member, codes).await?;
    note(db, member, AuditAction::RecoveryCodesMade, by).await?;
    Ok(true)
}

async fn remove(db: &dyn Statements, member: MemberId, by: (&Actor, Timestamp)) -> Result<bool, StoreError> {
    let sql = "DELETE FROM authenticators WHERE member_id = ?1";
    let had_app = db.execute(sql, params![member.0]).await? > 0;
    let is_own = by.0.member == Some(member);
    let sql = "SELECT EXISTS (SELECT 1 FROM passkeys WHERE member_id = ?1)";
    if !had_app && (is_own || !rows::exists(db, sql, params![member.0]).await?) {
        return Ok(false);
    }
    let sql = "UPDATE members SET second_factor = [[FALSE|0]] WHERE id = ?1";
    db.execute(sql, params![member.0]).await?;
    put_codes(db, member, &[]).await?;
    let action = if is_own {
        AuditAction::SecondFactorRemoved
    } else {
        // Who took the phone may be signed in with it, and has the passkeys that are on it.
        let sql = "DELETE FROM passkeys WHERE member_id = ?1";
        db.execute(sql, params![member.0]).await?;
        members::count_ways_in(db, &[member]).await?;
        let sql = "DELETE FROM sessions WHERE member_id = ?1";
        db.execute(sql, params![member.0]).await?;
        AuditAction::SecondFactorReset
    };
    note(db, member, action, by).await?;
    Ok(true)
}

#[async_trait]
impl<D: Database> SecondFactors for SqlStore<D> {
    async fn begin_authenticator(
        &self,
        member: MemberId,
        secret: Zeroizing<String>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let args = (self.0.keys().clone(), member, secret, at);
        self.write(RowLocked, args, |db, (keys, member, secret, at)| {
            Box::pin(begin(db, keys, *member, secret, *at))
        })
        .await
    }

    async fn authenticator(&self, member: MemberId) -> Result<Option<Authenticator>, StoreError> {
        self.look_up((member, self.0.keys()), |db, (member, keys)| {
            Box::pin(find(db, keys, *member))
        })
        .await
    }

    async fn confirm_authenticator(
        &self,
        member: MemberId,
        step: u64,
        codes: Vec<RecoveryKey>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let args = (member, step, codes, by.clone(), at);
        self.write(RowLocked, args, |db, (member, step, codes, by, at)| {
            Box::pin(confirm(db, *member, *step, codes, (by, *at)))
        })
        .await
    }

    async fn use_step(&self, member: MemberId, step: u64) -> Result<bool, StoreError> {
        self.write(Statement, (member, step), |db, (member, step)| {
            Box::pin(use_step(db, *member, *step))
        })
        .await
    }

    async fn use_recovery_code(
        &self,
        member: MemberId,
        key: RecoveryKey,
        by: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let args = (member, key, by.clone(), at);
        self.write(RowLocked, args, |db, (member, key, by, at)| {
            Box::pin(use_code(db, *member, *key, (by, *at)))
        })
        .await
    }

    async fn recovery_codes_left(&self, member: MemberId) -> Result<u64, StoreError> {
        self.look_up(member, |db, member| {
            let sql = "SELECT count(*) FROM recovery_codes WHERE member_id = ?1 AND used_at IS NULL";
            Box::pin(async move { rows::count(db, sql, params![member.0]).await })
        })
        .await
    }

    async fn replace_recovery_codes(
        &self,
        member: MemberId,
        codes: Vec<RecoveryKey>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let args = (member, codes, by.clone(), at);
        self.write(RowLocked, args, |db, (member, codes, by, at)| {
            Box::pin(replace_codes(db, *member, codes, (by, *at)))
        })
        .await
    }

    async fn remove_authenticator(
        &self,
        member: MemberId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let args = (member, by.clone(), at);
        self.write(RowLocked, args, |db, (member, by, at)| {
            Box::pin(remove(db, *member, (by, *at)))
        })
        .await
    }
}
