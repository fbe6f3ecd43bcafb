//! What happened to an application's authorizations and tokens.

use async_trait::async_trait;
use latchkey_domain::limits::{ACTIVITY_COLLAPSE, ACTIVITY_COLLAPSE_AMONG};
use latchkey_domain::{ClientId, MemberId};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::Columns;
use super::{SqliteStore, rows};
use crate::{Activity, ActivityEntry, ActivityKind, NewActivity, StoreError};

/// The most characters of a message.
const MESSAGE_LENGTH: usize = 1_000;

/// The most characters of a redirect URI, which anybody may have made up.
const REDIRECT_URI_LENGTH: usize = 2_048;

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
            rows::cut(&event.message, MESSAGE_LENGTH),
            event.member.map(|member| member.0),
            event.address,
            redirect_uri(event),
            event.at.minus(ACTIVITY_COLLAPSE).as_millis(),
        ],
    )?;
    Ok(counted > 0)
}

fn redirect_uri(event: &NewActivity) -> Option<&str> {
    event
        .redirect_uri
        .as_deref()
        .map(|uri| rows::cut(uri, REDIRECT_URI_LENGTH))
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
        rows::cut(&event.message, MESSAGE_LENGTH),
        redirect_uri(event),
        event.member.map(|member| member.0),
        event.address,
        event.request_id,
        event.class().id(),
    ];
    Ok(statement.query_row(values, |row| row.get(0)).optional()?)
}

fn read(columns: &mut Columns<'_, '_>, client_id: &ClientId) -> Result<ActivityEntry, StoreError> {
    columns.table("activity");
    let id = columns.get("id")?;
    let event = NewActivity {
        client_id: client_id.clone(),
        at: columns.time("at")?,
        kind: columns.one_of("kind", ActivityKind::ALL, ActivityKind::id)?,
        succeeded: columns.get("succeeded")?,
        is_alarm: columns.get("class")?,
        message: columns.get("message")?,
        redirect_uri: columns.get("redirect_uri")?,
        member: columns.get::<Option<i64>>("member_id")?.map(MemberId),
        address: columns.get("address")?,
        request_id: columns.get("request_id")?,
    };
    Ok(ActivityEntry {
        id,
        event,
        times: columns.get("times")?,
        last_at: columns.time("last_at")?,
    })
}

#[async_trait]
impl Activity for SqliteStore {
    async fn record_activity(&self, events: Vec<NewActivity>) -> Result<(), StoreError> {
        self.write(move |connection| events.iter().try_for_each(|event| record(connection, event)))
            .await
    }

    async fn activity(
        &self,
        client_id: &ClientId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ActivityEntry>, StoreError> {
        let client_id = client_id.clone();
        self.scan(move |connection| {
            rows::all(
                connection,
                "SELECT id, at, kind, succeeded, class = 'alarm', message, redirect_uri, member_id, address, request_id, \
                 times, coalesce(last_at, at) FROM activity \
                 WHERE application_id = (SELECT id FROM applications WHERE client_id = ?1) AND id < ?2 \
                 ORDER BY id DESC LIMIT ?3",
                params![client_id.as_str(), before.unwrap_or(i64::MAX), limit],
                |columns| read(columns, &client_id),
            )
        })
        .await
    }
}
