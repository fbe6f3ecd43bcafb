//! Sessions.

use async_trait::async_trait;
use latchkey_domain::{Member, MemberId, Timestamp, limits};
use rusqlite::{Connection, params};

use super::rows::Columns;
use super::{SqliteStore, members, rows};
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

fn read(columns: &mut Columns<'_, '_>) -> Result<Session, StoreError> {
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

/// Whether the hash that was checked is still the member's; if so, the one that is to take its place is stored.
fn password_holds(connection: &Connection, session: &NewSession) -> Result<bool, StoreError> {
    let (member, checked) = (session.member.0, &session.password.0);
    match &session.rehashed {
        None => {
            let sql = "SELECT EXISTS (SELECT 1 FROM members WHERE id = ?1 AND password_hash = ?2)";
            Ok(rows::number(connection, sql, params![member, checked])? != 0)
        }
        Some(rehashed) => {
            let sql = "UPDATE members SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2";
            Ok(rows::execute(connection, sql, params![member, checked, rehashed.0])? > 0)
        }
    }
}

fn remember_network(
    connection: &Connection,
    member: MemberId,
    network: &AttemptKey,
    at: Timestamp,
) -> Result<(), StoreError> {
    rows::execute(
        connection,
        "INSERT INTO sign_in_networks (network, member_id, seen_at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (network) DO UPDATE SET member_id = excluded.member_id, seen_at = excluded.seen_at",
        params![network, member.0, at.as_millis()],
    )?;
    rows::execute(
        connection,
        "DELETE FROM sign_in_networks WHERE member_id = ?1 AND network NOT IN (SELECT network FROM sign_in_networks \
         WHERE member_id = ?1 ORDER BY seen_at DESC, network LIMIT ?2)",
        params![member.0, limits::SIGN_IN_KNOWN_NETWORKS],
    )
    .map(|_| ())
}

fn open(connection: &Connection, session: NewSession, at: Timestamp) -> Result<Option<Session>, StoreError> {
    if !password_holds(connection, &session)? {
        return Ok(None);
    }
    if let Some(network) = &session.network {
        remember_network(connection, session.member, network, at)?;
    }
    let user_agent = session
        .user_agent
        .map(|name| rows::cut(&name, USER_AGENT_LENGTH).to_owned());
    let member = session.member.0;
    rows::execute(
        connection,
        "INSERT INTO sessions (key, member_id, created_at, last_seen_at, expires_at, address, user_agent) \
         VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6)",
        params![
            session.key.0,
            member,
            at.as_millis(),
            session.expires_at.as_millis(),
            session.address,
            user_agent
        ],
    )?;
    let id = connection.last_insert_rowid();
    members::note_visit(connection, session.member, at)?;
    rows::execute(
        connection,
        "DELETE FROM sessions WHERE member_id = ?1 AND (expires_at <= ?2 OR id NOT IN \
         (SELECT id FROM sessions WHERE member_id = ?1 ORDER BY id DESC LIMIT ?3))",
        params![member, at.as_millis(), MOST_OF_ONE_MEMBER],
    )?;
    Ok(Some(Session {
        id: SessionId(id),
        member: session.member,
        created_at: at,
        last_seen_at: at,
        expires_at: session.expires_at,
        address: session.address,
        user_agent,
    }))
}

#[async_trait]
impl Sessions for SqliteStore {
    async fn open_session(&self, session: NewSession, at: Timestamp) -> Result<Option<Session>, StoreError> {
        self.write(move |connection| open(connection, session, at)).await
    }

    async fn has_signed_in_from(&self, network: &AttemptKey) -> Result<bool, StoreError> {
        self.look_up(|connection| {
            let sql = "SELECT EXISTS (SELECT 1 FROM sign_in_networks WHERE network = ?1)";
            Ok(rows::number(connection, sql, [network])? != 0)
        })
    }

    async fn session(&self, key: SessionKey, at: Timestamp) -> Result<Option<(Session, Member)>, StoreError> {
        self.look_up(|connection| {
            let sql = concat!(
                "SELECT ",
                columns!(),
                ", ",
                members::columns!(),
                " FROM sessions s JOIN members m ON m.id = s.member_id WHERE s.key = ?1 AND s.expires_at > ?2"
            );
            rows::first(connection, sql, params![key.0, at.as_millis()], |columns| {
                Ok((read(columns)?, members::read(columns)?))
            })
        })
    }

    async fn touch_session(&self, id: SessionId, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |connection| {
            let sql = "UPDATE sessions SET last_seen_at = ?2 WHERE id = ?1 AND last_seen_at < ?2";
            if rows::execute(connection, sql, params![id.0, at.as_millis()])? > 0 {
                let owner = rows::number(connection, "SELECT member_id FROM sessions WHERE id = ?1", [id.0])?;
                members::note_visit(connection, MemberId(owner), at)?;
            }
            Ok(())
        })
        .await
    }

    async fn end_session(&self, key: SessionKey) -> Result<(), StoreError> {
        self.write(move |connection| {
            rows::execute(connection, "DELETE FROM sessions WHERE key = ?1", [key.0]).map(|_| ())
        })
        .await
    }

    async fn end_session_of(&self, member: MemberId, id: SessionId) -> Result<bool, StoreError> {
        self.write(move |connection| {
            let sql = "DELETE FROM sessions WHERE id = ?1 AND member_id = ?2";
            Ok(rows::execute(connection, sql, [id.0, member.0])? > 0)
        })
        .await
    }

    async fn end_other_sessions(&self, member: MemberId, current: SessionId) -> Result<u64, StoreError> {
        self.write(move |connection| {
            let sql = "DELETE FROM sessions WHERE member_id = ?1 AND id <> ?2 \
                       AND EXISTS (SELECT 1 FROM sessions WHERE id = ?2 AND member_id = ?1)";
            Ok(rows::execute(connection, sql, [member.0, current.0])? as u64)
        })
        .await
    }

    async fn sessions_of(&self, member: MemberId, at: Timestamp) -> Result<Vec<Session>, StoreError> {
        self.look_up(|connection| {
            let sql = concat!(
                "SELECT ",
                columns!(),
                " FROM sessions s WHERE s.member_id = ?1 AND s.expires_at > ?2 ORDER BY s.last_seen_at DESC, s.id DESC"
            );
            rows::all(connection, sql, params![member.0, at.as_millis()], read)
        })
    }
}
