//! How much applications use the Headless API.

use async_trait::async_trait;
use latchkey_domain::Timestamp;
use rusqlite::{Connection, params};

use super::{SqliteStore, rows};
use crate::usage::USAGE_KEPT;
use crate::{StoreError, Usage, UsageCount};

fn add(connection: &Connection, counts: &[UsageCount]) -> Result<(), StoreError> {
    for count in counts {
        rows::execute(
            connection,
            "INSERT INTO api_usage (hour, application_id, requests, failures) \
             SELECT ?2, id, ?3, ?4 FROM applications WHERE client_id = ?1 \
             ON CONFLICT (hour, application_id) DO UPDATE \
             SET requests = requests + excluded.requests, failures = failures + excluded.failures",
            params![
                count.client_id.as_str(),
                count.hour.as_millis(),
                i64::try_from(count.requests).unwrap_or(i64::MAX),
                i64::try_from(count.failures).unwrap_or(i64::MAX),
            ],
        )?;
    }
    if let Some(newest) = counts.iter().map(|count| count.hour).max() {
        rows::execute(
            connection,
            "DELETE FROM api_usage WHERE hour < ?1",
            [newest.minus(USAGE_KEPT).as_millis()],
        )?;
    }
    Ok(())
}

#[async_trait]
impl Usage for SqliteStore {
    async fn add_usage(&self, counts: Vec<UsageCount>) -> Result<(), StoreError> {
        self.write(move |connection| add(connection, &counts)).await
    }

    async fn usage(&self, from: Timestamp, until: Timestamp) -> Result<Vec<UsageCount>, StoreError> {
        self.scan(move |connection| {
            rows::all(
                connection,
                "SELECT a.client_id, u.hour, u.requests, u.failures FROM api_usage u \
                 JOIN applications a ON a.id = u.application_id \
                 WHERE u.hour >= ?1 AND u.hour < ?2 ORDER BY u.hour, u.application_id",
                [from.as_millis(), until.as_millis()],
                |columns| {
                    columns.table("api_usage");
                    Ok(UsageCount {
                        client_id: columns.parsed("client_id", str::parse)?,
                        hour: columns.time("hour")?,
                        requests: columns.get::<i64>("requests")?.unsigned_abs(),
                        failures: columns.get::<i64>("failures")?.unsigned_abs(),
                    })
                },
            )
        })
        .await
    }
}
