//! How much applications use the Headless API.

use async_trait::async_trait;
use latchkey_domain::Timestamp;

use crate::Isolation::RowLocked;
use crate::{Columns, Database, SqlStore, Statements, params, rows};
use latchkey_storage::usage::{USAGE_KEPT, sums};
use latchkey_storage::{StoreError, Usage, UsageCount};

/// Adds what several nodes counted to the same rows, in one order, so that there is no deadlock.
async fn add(db: &dyn Statements, counts: &[UsageCount]) -> Result<(), StoreError> {
    let Some(newest) = counts.iter().map(|count| count.hour).max() else {
        return Ok(());
    };
    // One statement for all of them: each is an array of client id, hour, requests and failures.
    let counted = serde_json::to_string(&sums(counts)).map_err(|error| StoreError::Database(error.into()))?;
    db.execute(
        "INSERT INTO api_usage (hour, application_id, requests, failures) \
         SELECT CAST(c.value ->> 1 AS bigint), a.id, CAST(c.value ->> 2 AS bigint), CAST(c.value ->> 3 AS bigint) \
         FROM [[jsonb_array_elements(?1::jsonb)|json_each(?1)]] c JOIN applications a ON a.client_id = (c.value ->> 0) \
         ORDER BY 1, 2 [[FOR KEY SHARE OF a|]] ON CONFLICT (hour, application_id) DO UPDATE \
         SET requests = api_usage.requests + excluded.requests, failures = api_usage.failures + excluded.failures",
        params![counted],
    )
    .await?;
    let sql = "DELETE FROM api_usage WHERE hour < ?1";
    db.execute(sql, params![newest.minus(USAGE_KEPT)])
        .await
        .map(|_| ())
}

fn read(columns: &mut Columns<'_>) -> Result<UsageCount, StoreError> {
    columns.table("api_usage");
    Ok(UsageCount {
        client_id: columns.parsed("client_id", str::parse)?,
        hour: columns.time("hour")?,
        requests: columns.get::<i64>("requests")?.unsigned_abs(),
        failures: columns.get::<i64>("failures")?.unsigned_abs(),
    })
}

#[async_trait]
impl<D: Database> Usage for SqlStore<D> {
    async fn add_usage(&self, counts: Vec<UsageCount>) -> Result<(), StoreError> {
        self.write(RowLocked, counts, |db, counts| Box::pin(add(db, counts)))
            .await
    }

    async fn usage(&self, from: Timestamp, until: Timestamp) -> Result<Vec<UsageCount>, StoreError> {
        self.scan((from, until), |db, (from, until)| {
            let sql = "SELECT a.client_id, u.hour, u.requests, u.failures FROM api_usage u \
                           JOIN applications a ON a.id = u.application_id \
                           WHERE u.hour >= ?1 AND u.hour < ?2 ORDER BY u.hour, u.application_id";
            Box::pin(async move { rows::all(db, sql, params![*from, *until], read).await })
        })
        .await
    }
}
