//! Members.

use latchkey_domain::{Email, Member, MemberId, MemberName, Role, Timestamp};
use rusqlite::{Connection, params};

use super::rows;
use super::rows::Columns;
use crate::StoreError;

// Until its callers are moved.
/// What [`read`] reads, of `members m`.
macro_rules! columns {
    () => {
        "m.id, m.email, m.name, m.role, m.joined_at"
    };
}
pub(super) use columns;

/// The one member whose email has the spellings `?1` and `?2`: the first, if both are there.
macro_rules! with_email {
    ($table:literal) => {
        concat!(
            "WHERE ",
            $table,
            ".email IN (?1, ?2) ORDER BY ",
            $table,
            ".email = ?1 DESC LIMIT 1"
        )
    };
}

/// A member from [`columns`].
pub(super) fn read(columns: &mut Columns<'_, '_>) -> Result<Member, StoreError> {
    columns.table("members");
    Ok(Member {
        id: MemberId(columns.get("id")?),
        email: columns.parsed("email", Email::stored)?,
        name: columns.parsed("name", MemberName::parse)?,
        role: columns.parsed("role", str::parse::<Role>)?,
        joined_at: columns.time("joined_at")?,
    })
}

/// Notes that a member was here, to the minute, so that it is seldom a write.
pub(super) fn note_visit(connection: &Connection, member: MemberId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE members SET last_active_at = ?2 WHERE id = ?1 AND last_active_at <= ?2 - 60000";
    rows::execute(connection, sql, params![member.0, at.as_millis()]).map(|_| ())
}
