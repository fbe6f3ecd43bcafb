//! What happened to an application's authorizations and tokens.

use async_trait::async_trait;
use latchkey_domain::limits::{ACTIVITY_COLLAPSE, ACTIVITY_COLLAPSE_AMONG};
use latchkey_domain::{ClientId, MemberId};

use super::params::params;
use super::rows::{Columns, Statements};
use super::transaction::{Transaction, transact};
use super::watch::named;
use super::{PostgresStore, rows};
use crate::shared::cut;
use crate::{Activity, ActivityEntry, ActivityKind, NewActivity, StoreError};

/// The most characters of a message.
const MESSAGE_LENGTH: usize = 1_000;

/// The most characters of a redirect URI, which anybody may have made up.
const REDIRECT_URI_LENGTH: usize = 2_048;

/// Keeps an event, or counts it with a recent one that is equal. Two that do so at once may both add one, and may both
/// delete the same old rows, which is no harm. An event of an application that was deleted meanwhile has nobody left to
/// read it.
pub(super) async fn record(tx: &Transaction, event: &NewActivity) -> Result<(), StoreError> {
    let class = event.class();
    let added = rows::first(
        tx,
        "WITH equal AS (SELECT id FROM (SELECT id, at, kind, message, member_id, address, redirect_uri FROM activity \
         WHERE $11 AND application_id = (SELECT id FROM applications WHERE client_id = $1) AND class = $10 \
         ORDER BY id DESC LIMIT $12) recent WHERE kind = $3 AND message = $5 AND member_id IS NOT DISTINCT FROM $7 \
         AND address IS NOT DISTINCT FROM $8 AND redirect_uri IS NOT DISTINCT FROM $6 AND at > $13 \
         ORDER BY id DESC LIMIT 1), \
         counted AS (UPDATE activity SET times = times + 1, last_at = greatest($2, last_at, at), request_id = $9 \
         WHERE id IN (SELECT id FROM equal) RETURNING id) \
         INSERT INTO activity (application_id, at, kind, succeeded, message, redirect_uri, member_id, address, request_id, \
         class) SELECT a.id, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM (SELECT id FROM applications WHERE client_id = $1 \
         FOR KEY SHARE) a WHERE NOT EXISTS (SELECT 1 FROM counted) RETURNING application_id",
        params![
            event.client_id.as_str(),
            event.at.as_millis(),
            event.kind.id(),
            event.succeeded,
            cut(&event.message, MESSAGE_LENGTH),
            event
                .redirect_uri
                .as_deref()
                .map(|uri| cut(uri, REDIRECT_URI_LENGTH)),
            event.member.map(|member| member.0),
            event.address.as_deref(),
            event.request_id.as_deref(),
            class.id(),
            event.collapses(),
            ACTIVITY_COLLAPSE_AMONG,
            event.at.minus(ACTIVITY_COLLAPSE).as_millis(),
        ],
        |columns| columns.table("activity").get::<i64>("application_id"),
    )
    .await?;
    if let Some(application) = added {
        tx.execute(
            "DELETE FROM activity WHERE application_id = $1 AND class = $2 AND id <= \
             (SELECT id FROM activity WHERE application_id = $1 AND class = $2 ORDER BY id DESC LIMIT 1 OFFSET $3)",
            params![application, class.id(), class.most()],
        )
        .await?;
    }
    Ok(())
}

/// Keeps events, one after the other.
pub(super) async fn record_all(tx: &Transaction, events: &[NewActivity]) -> Result<(), StoreError> {
    for event in events {
        record(tx, event).await?;
    }
    Ok(())
}

fn read(columns: &mut Columns<'_>, client_id: &ClientId) -> Result<ActivityEntry, StoreError> {
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
impl Activity for PostgresStore {
    async fn record_activity(&self, events: Vec<NewActivity>) -> Result<(), StoreError> {
        transact!(self, RowLocked, |tx| record_all(tx, &events))
    }

    async fn activity(
        &self,
        client_id: &ClientId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ActivityEntry>, StoreError> {
        rows::all(
                &named!(self),
                "SELECT id, at, kind, succeeded, class = 'alarm', message, redirect_uri, member_id, address, request_id, \
                 times, coalesce(last_at, at) FROM activity \
                 WHERE application_id = (SELECT id FROM applications WHERE client_id = $1) AND id < $2 \
                 ORDER BY id DESC LIMIT $3",
                params![client_id.as_str(), before.unwrap_or(i64::MAX), limit],
                |columns| read(columns, client_id),
            ).await
    }
}
