//! What happened to an application's authorizations and tokens.

use async_trait::async_trait;
use latchkey_domain::limits::{ACTIVITY_COLLAPSE, ACTIVITY_COLLAPSE_AMONG};
use latchkey_domain::{ClientId, MemberId};

use crate::{Columns, Database, Isolation, SqlStore, Statements, params, rows};
use latchkey_storage::{Activity, ActivityEntry, ActivityKind, NewActivity, StoreError};

/// Adds an event, or counts it with a recent one that is equal. Two that do so at once may both add one, and may both
/// delete the same old rows, which is no harm. An event of an application that was deleted meanwhile has no one left to
/// read it.
pub(crate) async fn insert(db: &dyn Statements, event: &NewActivity) -> Result<(), StoreError> {
    if event.collapses() && count_with_equal(db, event).await? {
        return Ok(());
    }
    let Some(application) = add(db, event).await? else {
        return Ok(());
    };
    let class = event.class();
    db.execute(
        "DELETE FROM activity WHERE application_id = ?1 AND class = ?2 AND id <= \
         (SELECT id FROM activity WHERE application_id = ?1 AND class = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)",
        params![application, class.id(), class.most()],
    )
    .await?;
    Ok(())
}

/// Adds events, one after the other.
pub(crate) async fn insert_all(db: &dyn Statements, events: &[NewActivity]) -> Result<(), StoreError> {
    for event in events {
        insert(db, event).await?;
    }
    Ok(())
}

/// Counts an event with a recent one that is equal, if there is one; whether there was.
async fn count_with_equal(db: &dyn Statements, event: &NewActivity) -> Result<bool, StoreError> {
    let counted = db
        .execute(
        "UPDATE activity SET times = times + 1, last_at = [[greatest|max]](?2, coalesce(last_at, at)), request_id = ?3 \
         WHERE id = (SELECT id FROM (SELECT id, at, kind, message, member_id, address, redirect_uri FROM activity \
         WHERE application_id = (SELECT id FROM applications WHERE client_id = ?1) AND class = ?4 \
         ORDER BY id DESC LIMIT ?5) recent WHERE kind = ?6 AND message = ?7 AND member_id IS NOT DISTINCT FROM ?8 \
         AND address IS NOT DISTINCT FROM ?9 AND redirect_uri IS NOT DISTINCT FROM ?10 AND at > ?11 \
         ORDER BY id DESC LIMIT 1)",
        params![
            event.client_id.as_str(),
            event.at,
            &event.request_id,
            event.class().id(),
            ACTIVITY_COLLAPSE_AMONG,
            event.kind.id(),
            event.kept_message(),
            event.member.map(|member| member.0),
            &event.address,
            event.kept_redirect_uri(),
            event.at.minus(ACTIVITY_COLLAPSE),
        ],
    )
        .await?;
    Ok(counted > 0)
}

/// Adds an event; the number of its application's row, if there is one.
async fn add(db: &dyn Statements, event: &NewActivity) -> Result<Option<i64>, StoreError> {
    rows::first(
        db,
        "INSERT INTO activity (application_id, at, kind, succeeded, message, redirect_uri, member_id, address, \
         request_id, class) SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM applications WHERE client_id = ?1 \
         [[FOR KEY SHARE|]] RETURNING application_id",
        params![
            event.client_id.as_str(),
            event.at,
            event.kind.id(),
            event.succeeded,
            event.kept_message(),
            event.kept_redirect_uri(),
            event.member.map(|member| member.0),
            &event.address,
            &event.request_id,
            event.class().id(),
        ],
        |columns| columns.table("activity").get("application_id"),
    )
    .await
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

async fn page(
    db: &dyn Statements,
    client_id: &ClientId,
    before: i64,
    limit: u32,
) -> Result<Vec<ActivityEntry>, StoreError> {
    rows::all(
        db,
        "SELECT id, at, kind, succeeded, class = 'alarm', message, redirect_uri, member_id, address, request_id, \
         times, coalesce(last_at, at) FROM activity \
         WHERE application_id = (SELECT id FROM applications WHERE client_id = ?1) AND id < ?2 \
         ORDER BY id DESC LIMIT ?3",
        params![client_id.as_str(), before, limit],
        |columns| read(columns, client_id),
    )
    .await
}

#[async_trait]
impl<D: Database> Activity for SqlStore<D> {
    async fn record_activity(&self, events: Vec<NewActivity>) -> Result<(), StoreError> {
        self.0
            .write(Isolation::RowLocked, events, |db, events| {
                Box::pin(insert_all(db, events))
            })
            .await
    }

    async fn activity(
        &self,
        client_id: &ClientId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ActivityEntry>, StoreError> {
        let args = (client_id.clone(), before.unwrap_or(i64::MAX), limit);
        self.0
            .scan(args, |db, (client_id, before, limit)| {
                Box::pin(page(db, client_id, *before, *limit))
            })
            .await
    }
}
