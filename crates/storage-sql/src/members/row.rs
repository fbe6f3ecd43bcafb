//! The row of one member.

use latchkey_domain::{Email, Member, MemberId, MemberName, Role};
use latchkey_storage::StoreError;

use crate::{Columns, Statements, params, rows};

/// What [`read`] reads, of `members m`.
macro_rules! columns {
    () => {
        "m.id, m.email, m.email_verified, m.name, m.role, m.joined_at, m.suspended_at, m.second_factor"
    };
}
pub(crate) use columns;

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
pub(crate) use with_email;

/// A member from [`columns`].
pub(crate) fn read(columns: &mut Columns<'_>) -> Result<Member, StoreError> {
    columns.table("members");
    Ok(Member {
        id: MemberId(columns.get("id")?),
        email: columns.parsed("email", Email::stored)?,
        email_verified: columns.get("email_verified")?,
        name: columns.parsed("name", MemberName::parse)?,
        role: columns.parsed("role", str::parse::<Role>)?,
        joined_at: columns.time("joined_at")?,
        suspended_at: columns.optional_time("suspended_at")?,
        second_factor: columns.get("second_factor")?,
    })
}

/// The email of a member.
pub(crate) async fn email_of(db: &dyn Statements, id: MemberId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT email FROM members WHERE id = ?1";
    rows::first(db, sql, params![id.0], |columns| {
        columns.table("members").get("email")
    })
    .await
}

/// A member, locked until the transaction ends, so that one read is enough.
pub(crate) async fn locked(db: &dyn Statements, email: &Email) -> Result<Option<Member>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM members m ",
        with_email!("m"),
        " [[FOR UPDATE|]]"
    );
    let [typed, form] = email.spellings();
    rows::first(db, sql, params![typed, form], read).await
}
