//! Passkeys.

use async_trait::async_trait;
use latchkey_domain::{Actor, MemberId, Timestamp};

use crate::Isolation::RowLocked;
use crate::members::row as member;
use crate::{Database, SqlStore, Statements, audit, members, params, rows};
use latchkey_storage::passkeys::{
    CeremonyKey, KeptPasskey, MOST_PASSKEYS, NewPasskey, PasskeyId, PasskeyRecord, PasskeyRemoval, Passkeys,
};
use latchkey_storage::{AuditAction, StoreError};

/// Uses a challenge up. Of two who do so at once, one does.
async fn use_ceremony(db: &dyn Statements, key: CeremonyKey, at: Timestamp) -> Result<bool, StoreError> {
    let sql = "INSERT INTO used_ceremonies (key, used_at) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING";
    Ok(db.execute(sql, params![&key.0, at]).await? > 0)
}

/// Locks a member whose ways to sign in change.
pub(crate) async fn lock(db: &dyn Statements, member: MemberId) -> Result<(), StoreError> {
    let sql = "SELECT id FROM members WHERE id = ?1 [[FOR NO KEY UPDATE|]]";
    rows::lock(db, sql, params![member.0]).await
}

async fn count(db: &dyn Statements, member: MemberId) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM passkeys WHERE member_id = ?1";
    rows::count(db, sql, params![member.0]).await
}

/// Whether [`add`] would do so.
pub(crate) async fn may_add(db: &dyn Statements, passkey: &NewPasskey) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM passkeys WHERE credential = ?1) OR EXISTS (SELECT 1 FROM used_ceremonies WHERE key = ?2)";
    let params = params![passkey.credential.as_slice(), &passkey.ceremony.0];
    let is_known = rows::exists(db, sql, params).await?;
    Ok(!is_known && count(db, passkey.member).await? < u64::from(MOST_PASSKEYS))
}

pub(crate) async fn add(
    db: &dyn Statements,
    passkey: &NewPasskey,
    (by, at): (&Actor, Timestamp),
) -> Result<bool, StoreError> {
    let member = passkey.member;
    lock(db, member).await?;
    if count(db, member).await? >= u64::from(MOST_PASSKEYS) || !use_ceremony(db, passkey.ceremony, at).await?
    {
        return Ok(false);
    }
    let sql = "INSERT INTO passkeys (member_id, credential, data, name, created_at) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (credential) DO NOTHING";
    let params = params![
        member.0,
        passkey.credential.as_slice(),
        passkey.data.as_str(),
        passkey.name.as_str(),
        at
    ];
    if db.execute(sql, params).await? == 0 {
        return Ok(false);
    }
    let email = member::email_of(db, member).await?.unwrap_or_default();
    audit::write_if_allowed(db, (by, at), AuditAction::PasskeyAdded, &email, &passkey.name).await?;
    Ok(true)
}

async fn of_member(db: &dyn Statements, member: MemberId) -> Result<Vec<PasskeyRecord>, StoreError> {
    let sql = "SELECT id, name, created_at, last_used_at FROM passkeys WHERE member_id = ?1 ORDER BY id";
    rows::all(db, sql, params![member.0], |columns| {
        columns.table("passkeys");
        Ok(PasskeyRecord {
            id: PasskeyId(columns.get("id")?),
            name: columns.get("name")?,
            created_at: columns.time("created_at")?,
            last_used_at: columns.optional_time("last_used_at")?,
        })
    })
    .await
}

async fn find(db: &dyn Statements, credential: &[u8]) -> Result<Option<KeptPasskey>, StoreError> {
    let sql = concat!(
        "SELECT ",
        member::columns!(),
        ", p.id, p.data FROM passkeys p JOIN members m ON m.id = p.member_id WHERE p.credential = ?1"
    );
    rows::first(db, sql, params![credential], |columns| {
        let member = member::read(columns)?;
        columns.table("passkeys");
        Ok(KeptPasskey {
            member,
            id: PasskeyId(columns.get("id")?),
            data: columns.get("data")?,
        })
    })
    .await
}

async fn used(
    db: &dyn Statements,
    id: PasskeyId,
    data: &str,
    ceremony: CeremonyKey,
    at: Timestamp,
) -> Result<bool, StoreError> {
    if !use_ceremony(db, ceremony, at).await? {
        return Ok(false);
    }
    let sql = "UPDATE passkeys SET data = ?2, last_used_at = ?3 WHERE id = ?1";
    Ok(db.execute(sql, params![id.0, data, at]).await? > 0)
}

async fn remove(
    db: &dyn Statements,
    member: MemberId,
    id: PasskeyId,
    by: (&Actor, Timestamp),
) -> Result<PasskeyRemoval, StoreError> {
    lock(db, member).await?;
    let sql = "SELECT name FROM passkeys WHERE id = ?1 AND member_id = ?2";
    let found = rows::first(db, sql, params![id.0, member.0], |columns| {
        columns.table("passkeys").get::<String>("name")
    })
    .await?;
    let Some(name) = found else {
        return Ok(PasskeyRemoval::Unknown);
    };
    if members::ways_in(db, member).await?.is_last_passkey() {
        return Ok(PasskeyRemoval::Last);
    }
    db.execute("DELETE FROM passkeys WHERE id = ?1", params![id.0])
        .await?;
    let email = member::email_of(db, member).await?.unwrap_or_default();
    audit::write_if_allowed(db, by, AuditAction::PasskeyRemoved, &email, &name).await?;
    Ok(PasskeyRemoval::Done)
}

#[async_trait]
impl<D: Database> Passkeys for SqlStore<D> {
    async fn add_passkey(&self, passkey: NewPasskey, by: &Actor, at: Timestamp) -> Result<bool, StoreError> {
        self.write(RowLocked, (passkey, by.clone(), at), |db, (passkey, by, at)| {
            Box::pin(add(db, passkey, (by, *at)))
        })
        .await
    }

    async fn passkeys_of(&self, member: MemberId) -> Result<Vec<PasskeyRecord>, StoreError> {
        self.look_up(member, |db, member| Box::pin(of_member(db, *member)))
            .await
    }

    async fn passkey_data_of(&self, member: MemberId) -> Result<Vec<String>, StoreError> {
        self.look_up(member, |db, member| {
            let sql = "SELECT data FROM passkeys WHERE member_id = ?1 ORDER BY id";
            Box::pin(async move {
                rows::all(db, sql, params![member.0], |columns| {
                    columns.table("passkeys").get("data")
                })
                .await
            })
        })
        .await
    }

    async fn passkey(&self, credential: &[u8]) -> Result<Option<KeptPasskey>, StoreError> {
        self.look_up(credential, |db, credential| Box::pin(find(db, credential)))
            .await
    }

    async fn use_passkey(
        &self,
        id: PasskeyId,
        data: String,
        ceremony: CeremonyKey,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let args = (id, data, ceremony, at);
        self.write(RowLocked, args, |db, (id, data, ceremony, at)| {
            Box::pin(used(db, *id, data, *ceremony, *at))
        })
        .await
    }

    async fn remove_passkey(
        &self,
        member: MemberId,
        id: PasskeyId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<PasskeyRemoval, StoreError> {
        let args = (member, id, by.clone(), at);
        self.write(RowLocked, args, |db, (member, id, by, at)| {
            Box::pin(remove(db, *member, *id, (by, *at)))
        })
        .await
    }
}
