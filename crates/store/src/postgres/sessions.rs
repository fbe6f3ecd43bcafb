//! Sessions.

use async_trait::async_trait;
use latchkey_domain::{Member, MemberId, Timestamp, limits};

use super::params::params;
use super::rows::{Columns, Statements};
use super::transaction::{Transaction, transact};
use super::watch::named;
use super::{PostgresStore, members, rows};
use crate::shared::cut;
use crate::{AttemptKey, NewSession, Session, SessionId, SessionKey, Sessions, StoreError};

/// The most sessions that a member can have.
const MOST_OF_ONE_MEMBER: u32 = 50;

/// The most characters of a browser's name for itself.
const USER_AGENT_LENGTH: usize = 300;

/// What [`read`] reads, of `sessions s`.
macro_rules! columns {
    () => {
        "s.id, s.member_id, s.created_at, s.last_seen_at, s.expires_at, s.address, s.user_agent"
    };
}

fn read(columns: &mut Columns<'_>) -> Result<Session, StoreError> {
    columns.table("sessions");
    Ok(Session {
        id: SessionId(columns.get("id")?),
        member: MemberId(columns.get("member_id")?),
        created_at: columns.time("created_at")?,
        last_seen_at: columns.time("last_seen_at")?,
        expires_at: columns.time("expires_at")?,
        address: columns.get("address")?,
        user_agent: columns.get("user_agent")?,
    })
}

/// Locks the member, and says whether the hash that was checked is still the member's; if so, the one that is to take
/// its place is stored. Whoever changes the password waits, and then ends the session that is opened here.
async fn password_holds(tx: &Transaction, session: &NewSession) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM members WHERE id = $1 AND password_hash = $2 FOR NO KEY UPDATE";
    let params = params![session.member.0, &session.password.0];
    let found = rows::first(tx, sql, params, |columns| {
        columns.table("members").get::<i64>("id")
    })
    .await?;
    if found.is_some()
        && let Some(rehashed) = &session.rehashed
    {
        let sql = "UPDATE members SET password_hash = $2 WHERE id = $1";
        rows::execute(tx, sql, params![session.member.0, &rehashed.0]).await?;
    }
    Ok(found.is_some())
}

async fn remember_network(
    tx: &Transaction,
    member: MemberId,
    network: &AttemptKey,
    at: Timestamp,
) -> Result<(), StoreError> {
    rows::execute(
        tx,
        "INSERT INTO sign_in_networks (network, member_id, seen_at) VALUES ($1, $2, $3) \
         ON CONFLICT (network) DO UPDATE SET member_id = excluded.member_id, seen_at = excluded.seen_at",
        params![network, member.0, at],
    )
    .await?;
    rows::execute(
        tx,
        "DELETE FROM sign_in_networks WHERE member_id = $1 AND network NOT IN (SELECT network FROM sign_in_networks \
         WHERE member_id = $1 ORDER BY seen_at DESC, network LIMIT $2)",
        params![member.0, limits::SIGN_IN_KNOWN_NETWORKS],
    )
    .await
    .map(|_| ())
}

async fn open(tx: &Transaction, session: &NewSession, at: Timestamp) -> Result<Option<Session>, StoreError> {
    if !password_holds(tx, session).await? {
        return Ok(None);
    }
    if let Some(network) = &session.network {
        remember_network(tx, session.member, network, at).await?;
    }
    let user_agent = session
        .user_agent
        .as_deref()
        .map(|name| cut(name, USER_AGENT_LENGTH).to_owned());
    let member = session.member.0;
    let id = rows::insert(
        tx,
        "INSERT INTO sessions (key, member_id, created_at, last_seen_at, expires_at, address, user_agent) \
         VALUES ($1, $2, $3, $3, $4, $5, $6) RETURNING id",
        params![
            &session.key.0,
            member,
            at,
            session.expires_at,
            &session.address,
            &user_agent
        ],
    )
    .await?;
    members::note_visit(tx, session.member, at).await?;
    tx.execute(
        "DELETE FROM sessions WHERE member_id = $1 AND (expires_at <= $2 OR id NOT IN \
         (SELECT id FROM sessions WHERE member_id = $1 ORDER BY id DESC LIMIT $3))",
        params![member, at, MOST_OF_ONE_MEMBER],
    )
    .await?;
    Ok(Some(Session {
        id: SessionId(id),
        member: session.member,
        created_at: at,
        last_seen_at: at,
        expires_at: session.expires_at,
        address: session.address.clone(),
        user_agent,
    }))
}

/// Locks the member, so that of two sessions that end each other one is left.
async fn end_others(tx: &Transaction, member: MemberId, current: SessionId) -> Result<u64, StoreError> {
    let sql = "SELECT 1 FROM members WHERE id = $1 FOR NO KEY UPDATE";
    rows::execute(tx, sql, params![member.0]).await?;
    let sql = "DELETE FROM sessions WHERE member_id = $1 AND id <> $2 \
               AND EXISTS (SELECT 1 FROM sessions WHERE id = $2 AND member_id = $1)";
    rows::execute(tx, sql, params![member.0, current.0]).await
}

#[async_trait]
impl Sessions for PostgresStore {
    async fn open_session(&self, session: NewSession, at: Timestamp) -> Result<Option<Session>, StoreError> {
        transact!(self, RowLocked, |tx| open(tx, &session, at))
    }

    async fn has_signed_in_from(&self, network: &AttemptKey) -> Result<bool, StoreError> {
        let sql = "SELECT count(*) FROM sign_in_networks WHERE network = $1";
        Ok(rows::number(&named!(self), sql, params![network]).await? != 0)
    }

    async fn session(&self, key: SessionKey, at: Timestamp) -> Result<Option<(Session, Member)>, StoreError> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            ", ",
            members::columns!(),
            " FROM sessions s JOIN members m ON m.id = s.member_id WHERE s.key = $1 AND s.expires_at > $2"
        );
        rows::first(&named!(self), sql, params![&key.0, at], |columns| {
            Ok((read(columns)?, members::read(columns)?))
        })
        .await
    }

    async fn touch_session(&self, id: SessionId, at: Timestamp) -> Result<(), StoreError> {
        // Session and member in one statement, since it comes with a request.
        let sql = "WITH seen AS (UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2 \
                   RETURNING member_id) \
                   UPDATE members SET last_active_at = $2 FROM seen \
                   WHERE members.id = seen.member_id AND last_active_at <= $2 - 60000";
        named!(self).execute(sql, params![id.0, at]).await.map(|_| ())
    }

    async fn end_session(&self, key: SessionKey) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE key = $1";
        named!(self).execute(sql, params![&key.0]).await.map(|_| ())
    }

    async fn end_session_of(&self, member: MemberId, id: SessionId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM sessions WHERE id = $1 AND member_id = $2";
        Ok(named!(self).execute(sql, params![id.0, member.0]).await? > 0)
    }

    async fn end_other_sessions(&self, member: MemberId, current: SessionId) -> Result<u64, StoreError> {
        transact!(self, RowLocked, |tx| end_others(tx, member, current))
    }

    async fn sessions_of(&self, member: MemberId, at: Timestamp) -> Result<Vec<Session>, StoreError> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM sessions s WHERE s.member_id = $1 AND s.expires_at > $2 ORDER BY s.last_seen_at DESC, s.id DESC"
        );
        rows::all(&named!(self), sql, params![member.0, at], read).await
    }
}
