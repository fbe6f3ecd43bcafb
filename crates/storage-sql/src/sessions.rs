//! Sessions.

use async_trait::async_trait;
use latchkey_domain::{Actor, Member, MemberId, Timestamp, limits};

use crate::Isolation::{RowLocked, Statement};
use crate::database::dialect::Dialect;
use crate::members::row as member;
use crate::{Columns, Database, SqlStore, Statements, audit, members, params, rows};
use latchkey_storage::members::sessions_detail;
use latchkey_storage::sessions::MOST_OF_ONE_MEMBER;
use latchkey_storage::{
    AuditAction, KeyedHash, NewSession, Proof, Session, SessionId, SessionKey, Sessions, StoreError,
};

/// What [`read`] reads, of `sessions s`.
macro_rules! columns {
    () => {
        "s.id, s.member_id, s.proof, s.created_at, s.last_seen_at, s.expires_at, s.address, s.user_agent"
    };
}

fn read(columns: &mut Columns<'_>) -> Result<Session, StoreError> {
    columns.table("sessions");
    Ok(Session {
        id: SessionId(columns.get("id")?),
        member: MemberId(columns.get("member_id")?),
        proof: columns.optional("proof", str::parse::<Proof>)?,
        created_at: columns.time("created_at")?,
        last_seen_at: columns.time("last_seen_at")?,
        expires_at: columns.time("expires_at")?,
        address: columns.get("address")?,
        user_agent: columns.get("user_agent")?,
    })
}

/// Locks the member, and says whether the hash that was checked is still the member's; if so, the one that is to take
/// its place is stored. A change of the password waits, and then ends the session that is opened here.
async fn password_holds(db: &dyn Statements, session: &NewSession) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM members WHERE id = ?1 AND password_hash = ?2 AND suspended_at IS NULL [[FOR NO KEY UPDATE|]]";
    let params = params![session.member.0, &session.password.0];
    let found = rows::first(db, sql, params, |columns| {
        columns.table("members").get::<i64>("id")
    })
    .await?;
    if found.is_some()
        && let Some(rehashed) = &session.rehashed
    {
        let sql = "UPDATE members SET password_hash = ?2 WHERE id = ?1";
        db.execute(sql, params![session.member.0, &rehashed.0]).await?;
    }
    Ok(found.is_some())
}

async fn remember_network(
    db: &dyn Statements,
    member: MemberId,
    network: &KeyedHash,
    at: Timestamp,
) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO sign_in_networks (network, member_id, seen_at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (network) DO UPDATE SET member_id = excluded.member_id, seen_at = excluded.seen_at",
        params![network, member.0, at],
    )
    .await?;
    db.execute(
        "DELETE FROM sign_in_networks WHERE member_id = ?1 AND network NOT IN (SELECT network FROM sign_in_networks \
         WHERE member_id = ?1 ORDER BY seen_at DESC, network LIMIT ?2)",
        params![member.0, limits::SIGN_IN_KNOWN_NETWORKS],
    )
    .await
    .map(|_| ())
}

async fn open(
    db: &dyn Statements,
    session: &NewSession,
    at: Timestamp,
) -> Result<Option<Session>, StoreError> {
    if !password_holds(db, session).await? {
        return Ok(None);
    }
    if let Some(network) = &session.network {
        remember_network(db, session.member, network, at).await?;
    }
    let member = session.member.0;
    let id = rows::insert(
        db,
        "INSERT INTO sessions (key, member_id, created_at, last_seen_at, expires_at, address, user_agent, proof) \
         VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7) RETURNING id",
        params![
            &session.key.0,
            member,
            at,
            session.expires_at,
            &session.address,
            session.kept_user_agent(),
            session.proof.id()
        ],
    )
    .await?;
    members::note_visit(db, session.member, at).await?;
    db.execute(
        "DELETE FROM sessions WHERE member_id = ?1 AND (expires_at <= ?2 OR id NOT IN \
         (SELECT id FROM sessions WHERE member_id = ?1 ORDER BY id DESC LIMIT ?3))",
        params![member, at, MOST_OF_ONE_MEMBER],
    )
    .await?;
    Ok(Some(session.opened(SessionId(id), at)))
}

async fn by_key(
    db: &dyn Statements,
    key: SessionKey,
    at: Timestamp,
) -> Result<Option<(Session, Member)>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", ",
        member::columns!(),
        " FROM sessions s JOIN members m ON m.id = s.member_id WHERE s.key = ?1 AND s.expires_at > ?2 \
         AND m.suspended_at IS NULL"
    );
    rows::first(db, sql, params![&key.0, at], |columns| {
        Ok((read(columns)?, member::read(columns)?))
    })
    .await
}

/// Notes that a session and its member were seen: in one statement where that saves a trip, since it comes with a request.
async fn touch(db: &dyn Statements, id: SessionId, at: Timestamp) -> Result<(), StoreError> {
    let statements: &[&str] = match db.dialect() {
        Dialect::Postgres => &[
            "WITH seen AS (UPDATE sessions SET last_seen_at = ?2 WHERE id = ?1 AND last_seen_at < ?2 \
             RETURNING member_id) \
             UPDATE members SET last_active_at = ?2 FROM seen \
             WHERE members.id = seen.member_id AND last_active_at <= ?2 - 60000",
        ],
        Dialect::Sqlite => &[
            "UPDATE members SET last_active_at = ?2 WHERE last_active_at <= ?2 - 60000 \
             AND id = (SELECT member_id FROM sessions WHERE id = ?1 AND last_seen_at < ?2)",
            "UPDATE sessions SET last_seen_at = ?2 WHERE id = ?1 AND last_seen_at < ?2",
        ],
    };
    for sql in statements {
        db.execute(sql, params![id.0, at]).await?;
    }
    Ok(())
}

async fn end(db: &dyn Statements, key: SessionKey) -> Result<(), StoreError> {
    let sql = "DELETE FROM sessions WHERE key = ?1";
    db.execute(sql, params![&key.0]).await.map(|_| ())
}

async fn end_one(db: &dyn Statements, member: MemberId, id: SessionId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM sessions WHERE id = ?1 AND member_id = ?2";
    Ok(db.execute(sql, params![id.0, member.0]).await? > 0)
}

/// Locks the member, so that of two sessions that end each other one is left.
async fn end_others(db: &dyn Statements, member: MemberId, current: SessionId) -> Result<u64, StoreError> {
    let sql = "SELECT id FROM members WHERE id = ?1 [[FOR NO KEY UPDATE|]]";
    rows::first(db, sql, params![member.0], |_| Ok(())).await?;
    let sql = "DELETE FROM sessions WHERE member_id = ?1 AND id <> ?2 \
               AND EXISTS (SELECT 1 FROM sessions WHERE id = ?2 AND member_id = ?1)";
    db.execute(sql, params![member.0, current.0]).await
}

async fn end_by_host(
    db: &dyn Statements,
    member: MemberId,
    which: Option<SessionId>,
    by: (&Actor, Timestamp),
) -> Result<u64, StoreError> {
    let sql = "SELECT id FROM members WHERE id = ?1 [[FOR NO KEY UPDATE|]]";
    rows::lock(db, sql, params![member.0]).await?;
    let Some(email) = member::email_of(db, member).await? else {
        return Ok(0);
    };
    let sql = "DELETE FROM sessions WHERE member_id = ?1 AND id = coalesce(?2, id)";
    let ended = db.execute(sql, params![member.0, which.map(|id| id.0)]).await?;
    if ended > 0 {
        let (action, detail) = (AuditAction::MemberSessionsEnded, sessions_detail(ended));
        audit::write_if_allowed(db, by, action, &email, &detail).await?;
    }
    Ok(ended)
}

async fn of_member(db: &dyn Statements, member: MemberId, at: Timestamp) -> Result<Vec<Session>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM sessions s WHERE s.member_id = ?1 AND s.expires_at > ?2 ORDER BY s.last_seen_at DESC, s.id DESC"
    );
    rows::all(db, sql, params![member.0, at], read).await
}

#[async_trait]
impl<D: Database> Sessions for SqlStore<D> {
    async fn open_session(&self, session: NewSession, at: Timestamp) -> Result<Option<Session>, StoreError> {
        self.write(RowLocked, (session, at), |db, (session, at)| {
            Box::pin(open(db, session, *at))
        })
        .await
    }

    async fn has_signed_in_from(&self, network: &KeyedHash) -> Result<bool, StoreError> {
        self.look_up(network, |db, network| {
            let sql = "SELECT EXISTS (SELECT 1 FROM sign_in_networks WHERE network = ?1)";
            Box::pin(async move { rows::exists(db, sql, params![*network]).await })
        })
        .await
    }

    async fn session(&self, key: SessionKey, at: Timestamp) -> Result<Option<(Session, Member)>, StoreError> {
        self.look_up((key, at), |db, (key, at)| Box::pin(by_key(db, *key, *at)))
            .await
    }

    async fn touch_session(&self, id: SessionId, at: Timestamp) -> Result<(), StoreError> {
        self.write(Statement, (id, at), |db, (id, at)| Box::pin(touch(db, *id, *at)))
            .await
    }

    async fn end_session(&self, key: SessionKey) -> Result<(), StoreError> {
        self.write(Statement, key, |db, key| Box::pin(end(db, *key)))
            .await
    }

    async fn end_session_of(&self, member: MemberId, id: SessionId) -> Result<bool, StoreError> {
        self.write(Statement, (member, id), |db, (member, id)| {
            Box::pin(end_one(db, *member, *id))
        })
        .await
    }

    async fn end_other_sessions(&self, member: MemberId, current: SessionId) -> Result<u64, StoreError> {
        let args = (member, current);
        self.write(RowLocked, args, |db, (member, current)| {
            Box::pin(end_others(db, *member, *current))
        })
        .await
    }

    async fn end_sessions(
        &self,
        member: MemberId,
        which: Option<SessionId>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let args = (member, which, by.clone(), at);
        self.write(RowLocked, args, |db, (member, which, by, at)| {
            Box::pin(end_by_host(db, *member, *which, (by, *at)))
        })
        .await
    }

    async fn sessions_of(&self, member: MemberId, at: Timestamp) -> Result<Vec<Session>, StoreError> {
        self.look_up((member, at), |db, (member, at)| {
            Box::pin(of_member(db, *member, *at))
        })
        .await
    }
}
