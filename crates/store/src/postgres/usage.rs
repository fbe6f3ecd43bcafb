//! How much applications use the Headless API.

use std::collections::BTreeMap;

use async_trait::async_trait;
use latchkey_domain::Timestamp;

use super::params::{Param, params};
use super::rows::Statements;
use super::transaction::{Transaction, transact};
use super::watch::named;
use super::{PostgresStore, rows};
use crate::usage::USAGE_KEPT;
use crate::{StoreError, Usage, UsageCount};

/// Adds what several nodes counted to the same rows, in one order, so that nobody waits in a circle.
async fn add(tx: &Transaction, counts: &[UsageCount]) -> Result<(), StoreError> {
    // A statement changes a row once.
    let mut sums: BTreeMap<(&str, Timestamp), (u64, u64)> = BTreeMap::new();
    for count in counts {
        let sum = sums.entry((count.client_id.as_str(), count.hour)).or_default();
        *sum = (sum.0 + count.requests, sum.1 + count.failures);
    }
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO api_usage (hour, application_id, requests, failures) \
         SELECT c.hour, a.id, c.requests, c.failures \
         FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS c (client_id, hour, requests, failures) \
         JOIN applications a ON a.client_id = c.client_id ORDER BY c.hour, a.id FOR KEY SHARE OF a \
         ON CONFLICT (hour, application_id) DO UPDATE \
         SET requests = api_usage.requests + excluded.requests, failures = api_usage.failures + excluded.failures",
        &[
            Param::Texts(sums.keys().map(|(client_id, _)| Some(*client_id)).collect()),
            Param::Numbers(sums.keys().map(|(_, hour)| hour.as_millis()).collect()),
            Param::Numbers(sums.values().map(|(requests, _)| number(*requests)).collect()),
            Param::Numbers(sums.values().map(|(_, failures)| number(*failures)).collect()),
        ],
    )
    .await?;
    if let Some(newest) = counts.iter().map(|count| count.hour).max() {
        tx.execute(
            "DELETE FROM api_usage WHERE hour < $1",
            params![newest.minus(USAGE_KEPT)],
        )
        .await?;
    }
    Ok(())
}

#[async_trait]
impl Usage for PostgresStore {
    async fn add_usage(&self, counts: Vec<UsageCount>) -> Result<(), StoreError> {
        transact!(self, RowLocked, |tx| add(tx, &counts))
    }

    async fn usage(&self, from: Timestamp, until: Timestamp) -> Result<Vec<UsageCount>, StoreError> {
        rows::all(
            &named!(self),
            "SELECT a.client_id, u.hour, u.requests, u.failures FROM api_usage u \
             JOIN applications a ON a.id = u.application_id \
             WHERE u.hour >= $1 AND u.hour < $2 ORDER BY u.hour, u.application_id",
            params![from, until],
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
        .await
    }
}
