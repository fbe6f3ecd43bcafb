// Until its callers are moved.
pub(super) use crate::sql::activity::insert as record;
