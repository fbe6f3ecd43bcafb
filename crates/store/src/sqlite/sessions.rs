//! Sessions.

use async_trait::async_trait;
use latchkey_domain::{Member, MemberId, Timestamp};
use rusqlite::{Connection, params};

use super::rows::Columns;
use super::{SqliteStore, members, rows};
use crate::{NewSession, Session, SessionId, SessionKey, Sessions, StoreError};

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

fn open(connection: &Connection, session: NewSession, at: Timestamp) -> Result<Session, StoreError> {
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
    Ok(Session {
        id: SessionId(id),
        member: session.member,
        created_at: at,
        last_seen_at: at,
        expires_at: session.expires_at,
        address: session.address,
        user_agent,
    })
}

#[async_trait]
impl Sessions for SqliteStore {
    async fn open_session(&self, session: NewSession, at: Timestamp) -> Result<Session, StoreError> {
        self.write(move |connection| open(connection, session, at)).await
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
