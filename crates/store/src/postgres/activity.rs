//! What happened to an application's authorizations and tokens.

use std::collections::BTreeSet;

use async_trait::async_trait;
use latchkey_domain::{ClientId, MemberId};

use super::params::{Param, params};
use super::rows::{Columns, Statements};
use super::transaction::{Transaction, transact};
use super::watch::named;
use super::{PostgresStore, rows};
use crate::shared::cut;
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

/// Adds events, and forgets what is too old; two that do so at once may forget the same rows, which is no harm. Those of an
/// application that was deleted meanwhile have nobody left to read them.
pub(super) async fn record(tx: &Transaction, events: &[NewActivity]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let applications: BTreeSet<i64> = rows::all(
        tx,
        "INSERT INTO activity (application_id, at, kind, succeeded, message, redirect_uri, member_id, address, request_id) \
         SELECT a.id, e.at, e.kind, e.succeeded, e.message, e.redirect_uri, e.member_id, e.address, e.request_id \
         FROM unnest($1::text[], $2::bigint[], $3::text[], $4::boolean[], $5::text[], $6::text[], $7::bigint[], $8::text[], \
         $9::text[]) WITH ORDINALITY \
         AS e (client_id, at, kind, succeeded, message, redirect_uri, member_id, address, request_id, place) \
         JOIN applications a ON a.client_id = e.client_id ORDER BY e.place FOR KEY SHARE OF a RETURNING application_id",
        &[
            texts(events, |event| Some(event.client_id.as_str())),
            Param::Numbers(events.iter().map(|event| event.at.as_millis()).collect()),
            texts(events, |event| Some(event.kind.id())),
            Param::Truths(events.iter().map(|event| event.succeeded).collect()),
            texts(events, |event| Some(cut(&event.message, MESSAGE_LENGTH))),
            texts(events, |event| {
                event.redirect_uri.as_deref().map(|uri| cut(uri, REDIRECT_URI_LENGTH))
            }),
            Param::OptionalNumbers(events.iter().map(|event| event.member.map(|member| member.0)).collect()),
            texts(events, |event| event.address.as_deref()),
            texts(events, |event| event.request_id.as_deref()),
        ],
        |columns| columns.table("activity").get("application_id"),
    )
    .await?
    .into_iter()
    .collect();
    for application in &applications {
        tx.execute(
            "DELETE FROM activity WHERE application_id = $1 AND id <= \
             (SELECT id FROM activity WHERE application_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
            params![*application, MOST_OF_ONE_APPLICATION],
        )
        .await?;
    }
    if events
        .iter()
        .any(|event| !event.succeeded && event.member.is_none())
    {
        forget_failures_of_strangers(tx, &applications).await?;
    }
    Ok(())
}

/// One of the columns of what is added.
fn texts<'event>(
    events: &'event [NewActivity],
    text: impl Fn(&'event NewActivity) -> Option<&'event str>,
) -> Param<'event> {
    Param::Texts(events.iter().map(text).collect())
}

async fn forget_failures_of_strangers(
    tx: &Transaction,
    applications: &BTreeSet<i64>,
) -> Result<(), StoreError> {
    for application in applications {
        tx.execute(
            "DELETE FROM activity WHERE application_id = $1 AND NOT succeeded AND member_id IS NULL AND id <= \
             (SELECT id FROM activity WHERE application_id = $1 AND NOT succeeded AND member_id IS NULL \
             ORDER BY id DESC LIMIT 1 OFFSET $2)",
            params![*application, MOST_FAILURES_OF_STRANGERS],
        )
        .await?;
    }
    Ok(())
}

fn read(columns: &mut Columns<'_>, client_id: &ClientId) -> Result<ActivityEntry, StoreError> {
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
impl Activity for PostgresStore {
    async fn record_activity(&self, events: Vec<NewActivity>) -> Result<(), StoreError> {
        transact!(self, RowLocked, |tx| record(tx, &events))
    }

    async fn activity(
        &self,
        client_id: &ClientId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ActivityEntry>, StoreError> {
        rows::all(
                &named!(self),
                "SELECT id, at, kind, succeeded, message, redirect_uri, member_id, address, request_id FROM activity \
                 WHERE application_id = (SELECT id FROM applications WHERE client_id = $1) AND id < $2 \
                 ORDER BY id DESC LIMIT $3",
                params![client_id.as_str(), before.unwrap_or(i64::MAX), limit],
                |columns| read(columns, client_id),
            ).await
    }
}
