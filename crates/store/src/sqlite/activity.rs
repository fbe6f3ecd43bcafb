//! What happened to an application's authorizations and tokens.

use latchkey_domain::limits::{ACTIVITY_COLLAPSE, ACTIVITY_COLLAPSE_AMONG};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows;
use crate::{NewActivity, StoreError};

// Until its callers are moved.
/// Keeps an event. One of an application that was deleted meanwhile has nobody left to read of it.
pub(super) fn record(connection: &Connection, event: &NewActivity) -> Result<(), StoreError> {
    if event.collapses() && count_with_equal(connection, event)? {
        return Ok(());
    }
    let Some(application) = add(connection, event)? else {
        return Ok(());
    };
    let class = event.class();
    rows::execute(
        connection,
        "DELETE FROM activity WHERE application_id = ?1 AND class = ?2 AND id <= \
         (SELECT id FROM activity WHERE application_id = ?1 AND class = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)",
        params![application, class.id(), class.most()],
    )?;
    Ok(())
}

/// Counts an event with a recent one that is equal, if there is one; whether there was.
fn count_with_equal(connection: &Connection, event: &NewActivity) -> Result<bool, StoreError> {
    let counted = rows::execute(
        connection,
        "UPDATE activity SET times = times + 1, last_at = max(?2, coalesce(last_at, at)), request_id = ?3 WHERE id = (\
         SELECT id FROM (SELECT id, at, kind, message, member_id, address, redirect_uri FROM activity \
         WHERE application_id = (SELECT id FROM applications WHERE client_id = ?1) AND class = ?4 \
         ORDER BY id DESC LIMIT ?5) WHERE kind = ?6 AND message = ?7 AND member_id IS ?8 AND address IS ?9 \
         AND redirect_uri IS ?10 AND at > ?11 ORDER BY id DESC LIMIT 1)",
        params![
            event.client_id.as_str(),
            event.at.as_millis(),
            event.request_id,
            event.class().id(),
            ACTIVITY_COLLAPSE_AMONG,
            event.kind.id(),
            event.kept_message(),
            event.member.map(|member| member.0),
            event.address,
            event.kept_redirect_uri(),
            event.at.minus(ACTIVITY_COLLAPSE).as_millis(),
        ],
    )?;
    Ok(counted > 0)
}

/// Adds an event; the number of its application's row, if there is one.
fn add(connection: &Connection, event: &NewActivity) -> Result<Option<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO activity (application_id, at, kind, succeeded, message, redirect_uri, member_id, address, \
         request_id, class) SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM applications WHERE client_id = ?1 \
         RETURNING application_id",
    )?;
    let values = params![
        event.client_id.as_str(),
        event.at.as_millis(),
        event.kind.id(),
        event.succeeded,
        event.kept_message(),
        event.kept_redirect_uri(),
        event.member.map(|member| member.0),
        event.address,
        event.request_id,
        event.class().id(),
    ];
    Ok(statement.query_row(values, |row| row.get(0)).optional()?)
}
