//! Ending the links of a member.

use latchkey_domain::MemberId;
use latchkey_storage::StoreError;

use crate::{Statements, params};

/// Ends the links of a member.
pub(crate) async fn end_links_of(db: &dyn Statements, member: MemberId) -> Result<(), StoreError> {
    let sql = "DELETE FROM sign_in_links WHERE member_id = ?1";
    db.execute(sql, params![member.0]).await.map(|_| ())
}
