//! What happened to an application's authorizations and tokens.

use std::collections::BTreeSet;

use async_trait::async_trait;
use latchkey_domain::{ClientId, MemberId};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::Columns;
use super::{SqliteStore, rows};
use crate::{Activity, ActivityEntry, ActivityKind, NewActivity, StoreError};

/// The most events that are kept of an application.
const MOST_OF_ONE_APPLICATION: u32 = 500;

/// The most of them that are failures with no member behind them. Anybody can cause those; they must not push out what
/// happened to members.
const MOST_FAILURES_OF_STRANGERS: u32 = 100;

/// The most characters of a message.
const MESSAGE_LENGTH: usize = 1_000;

/// The most characters of a redirect URI, which anybody may have made up.
const REDIRECT_URI_LENGTH: usize = 2_048;

/// Adds events.
pub(super) fn record(connection: &Connection, events: &[NewActivity]) -> Result<(), StoreError> {
    let mut applications = BTreeSet::new();
    for event in events {
        // An application that was deleted meanwhile has nobody left to read of it.
        if let Some(application) = add(connection, event)? {
            applications.insert(application);
        }
    }
    for application in &applications {
        rows::execute(
            connection,
            "DELETE FROM activity WHERE application_id = ?1 AND id <= \
             (SELECT id FROM activity WHERE application_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            params![application, MOST_OF_ONE_APPLICATION],
        )?;
    }
    if events
        .iter()
        .any(|event| !event.succeeded && event.member.is_none())
    {
        forget_failures_of_strangers(connection, &applications)?;
    }
    Ok(())
}

fn forget_failures_of_strangers(
    connection: &Connection,
    applications: &BTreeSet<i64>,
) -> Result<(), StoreError> {
    for application in applications {
        rows::execute(
            connection,
            "DELETE FROM activity WHERE application_id = ?1 AND succeeded = 0 AND member_id IS NULL AND id <= \
             (SELECT id FROM activity WHERE application_id = ?1 AND succeeded = 0 AND member_id IS NULL \
             ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            params![application, MOST_FAILURES_OF_STRANGERS],
        )?;
    }
    Ok(())
}

/// Adds an event; the number of its application's row, if there is one.
fn add(connection: &Connection, event: &NewActivity) -> Result<Option<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO activity (application_id, at, kind, succeeded, message, redirect_uri, member_id, address, request_id) \
         SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM applications WHERE client_id = ?1 RETURNING application_id",
    )?;
    let values = params![
        event.client_id.as_str(),
        event.at.as_millis(),
        event.kind.id(),
        event.succeeded,
        rows::cut(&event.message, MESSAGE_LENGTH),
        event
            .redirect_uri
            .as_deref()
            .map(|uri| rows::cut(uri, REDIRECT_URI_LENGTH)),
        event.member.map(|member| member.0),
        event.address,
        event.request_id,
    ];
    Ok(statement.query_row(values, |row| row.get(0)).optional()?)
}

fn read(columns: &mut Columns<'_, '_>, client_id: &ClientId) -> Result<ActivityEntry, StoreError> {
    columns.table("activity");
    Ok(ActivityEntry {
        id: columns.get("id")?,
        event: NewActivity {
            client_id: client_id.clone(),
            at: columns.time("at")?,
            kind: columns.one_of("kind", ActivityKind::ALL, ActivityKind::id)?,
            succeeded: columns.get("succeeded")?,
            message: columns.get("message")?,
            redirect_uri: columns.get("redirect_uri")?,
            member: columns.get::<Option<i64>>("member_id")?.map(MemberId),
            address: columns.get("address")?,
            request_id: columns.get("request_id")?,
        },
    })
}

#[async_trait]
impl Activity for SqliteStore {
    async fn record_activity(&self, events: Vec<NewActivity>) -> Result<(), StoreError> {
        self.write(move |connection| record(connection, &events)).await
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
                "SELECT id, at, kind, succeeded, message, redirect_uri, member_id, address, request_id FROM activity \
                 WHERE application_id = (SELECT id FROM applications WHERE client_id = ?1) AND id < ?2 \
                 ORDER BY id DESC LIMIT ?3",
                params![client_id.as_str(), before.unwrap_or(i64::MAX), limit],
                |columns| read(columns, &client_id),
            )
        })
        .await
    }
}
