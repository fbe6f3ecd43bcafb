// Until its callers are moved.
pub(super) use crate::sql::members::{columns, note_visit, read, with_email};
