//! Members.

use latchkey_domain::{Email, Member, MemberId, MemberName, Role};

use super::Columns;
use crate::StoreError;

/// What [`read`] reads, of `members m`.
macro_rules! columns {
    () => {
        "m.id, m.email, m.name, m.role, m.joined_at"
    };
}
pub(crate) use columns;

/// A member from [`columns`].
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
