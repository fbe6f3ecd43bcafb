//! Members.

use latchkey_domain::{Email, Member, MemberId, MemberName, Role, Timestamp};

use super::{Columns, Statements, params, rows};
use crate::StoreError;

/// The row with one of the spellings `?1` and `?2` of an email; the first, if both are there.
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
pub(crate) use with_email;

pub(crate) fn read(columns: &mut Columns<'_>) -> Result<Member, StoreError> {
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
pub(crate) async fn note_visit(
    db: &dyn Statements,
    member: MemberId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE members SET last_active_at = ?2 WHERE id = ?1 AND last_active_at <= ?2 - 60000";
    rows::execute(db, sql, params![member.0, at]).await.map(|_| ())
}
