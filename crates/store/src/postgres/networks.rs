// Until its callers are moved.
pub(super) use crate::sql::networks::read;
