//! The entry that each change of an application leaves in the audit trail.

use latchkey_domain::{Actor, ClientId, Timestamp};

use crate::{Statements, audit};
use latchkey_storage::StoreError;
use latchkey_storage::applications::rules::Entry;

/// Who acts, and when.
pub(super) type Act<'act> = (&'act Actor, Timestamp);

/// Adds an entry about an application to the audit trail.
pub(super) async fn note(
    db: &dyn Statements,
    act: Act<'_>,
    client_id: &ClientId,
    (action, detail): Entry,
) -> Result<(), StoreError> {
    audit::write_if_allowed(db, act, action, client_id.as_str(), &detail).await
}
