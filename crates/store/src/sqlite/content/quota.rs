//! What members have written lately.

use std::time::Duration;

use latchkey_domain::{MemberId, Timestamp};
use rusqlite::{Connection, params};

use crate::StoreError;
use crate::content::quota::Written;
use crate::sqlite::rows;

/// Counts a text of `bytes`, or says how long to wait until it may be written.
pub(super) fn count(
    connection: &Connection,
    member: MemberId,
    bytes: usize,
    at: Timestamp,
) -> Result<Result<(), Duration>, StoreError> {
    let sql = "SELECT since, texts, bytes FROM content_written WHERE member_id = ?1";
    let before = rows::first(connection, sql, [member.0], |columns| {
        columns.table("content_written");
        Ok(Written {
            since: columns.time("since")?,
            texts: columns.get("texts")?,
            bytes: columns.get("bytes")?,
        })
    })?;
    let after = match Written::and(before, bytes, at) {
        Ok(after) => after,
        Err(wait) => return Ok(Err(wait)),
    };
    rows::execute(
        connection,
        "INSERT OR REPLACE INTO content_written (member_id, since, texts, bytes) VALUES (?1, ?2, ?3, ?4)",
        params![member.0, after.since.as_millis(), after.texts, after.bytes],
    )?;
    Ok(Ok(()))
}
