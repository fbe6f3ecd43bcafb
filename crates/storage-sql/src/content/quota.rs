//! What members have written lately.

use std::time::Duration;

use latchkey_domain::{MemberId, Timestamp};

use crate::{Statements, params, rows};
use latchkey_storage::StoreError;
use latchkey_storage::content::quota::Written;

/// Counts a text of `bytes`, or says how long to wait until it may be written. Others cannot write as this member until
/// the transaction ends.
pub(super) async fn count(
    db: &dyn Statements,
    member: MemberId,
    bytes: usize,
    at: Timestamp,
) -> Result<Result<(), Duration>, StoreError> {
    rows::lock(
        db,
        "SELECT 1 FROM members WHERE id = ?1 FOR NO KEY UPDATE",
        params![member.0],
    )
    .await?;
    let sql = "SELECT since, texts, bytes FROM content_written WHERE member_id = ?1";
    let before = rows::first(db, sql, params![member.0], |columns| {
        columns.table("content_written");
        Ok(Written {
            since: columns.time("since")?,
            texts: columns.get("texts")?,
            bytes: columns.get("bytes")?,
        })
    })
    .await?;
    let after = match Written::and(before, bytes, at) {
        Ok(after) => after,
        Err(wait) => return Ok(Err(wait)),
    };
    rows::execute(
        db,
        "INSERT INTO content_written (member_id, since, texts, bytes) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (member_id) DO UPDATE SET since = ?2, texts = ?3, bytes = ?4",
        params![member.0, after.since, after.texts, after.bytes],
    )
    .await?;
    Ok(Ok(()))
}
