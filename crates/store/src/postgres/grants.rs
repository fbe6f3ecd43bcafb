//! What a change of password does to the grants of a member.

// Until its callers are moved.
pub(super) use crate::sql::grants::end_all;
