//! Attempts to sign in, for all nodes.

use async_trait::async_trait;
use latchkey_domain::Timestamp;

use super::PostgresStore;
use super::params::Param;
use super::rows::Columns;
use super::transaction::{Transaction, with_retries};
use super::watch::Access;
use latchkey_storage::{AttemptCount, CountsDecision, KeyedHash, SharedAttempts, StoreError};

/// Makes the rows that are missing, so that there is something to lock; in one order, so that there is no deadlock.
const PREPARE: &str = "INSERT INTO sign_in_attempts (key, count, seen) \
                       SELECT k, 0, 0 FROM unnest($1::text[]) AS wanted (k) ORDER BY k ON CONFLICT DO NOTHING";

const READ: &str =
    "SELECT key, count, seen FROM sign_in_attempts WHERE key = ANY($1) ORDER BY key FOR UPDATE";

/// Also deletes a few of the expired rows: more than one attempt makes.
const STORE: &str = "WITH old AS (DELETE FROM sign_in_attempts WHERE key IN (SELECT key FROM sign_in_attempts \
                     WHERE seen < $4 AND key <> ALL($1) LIMIT 20 FOR UPDATE SKIP LOCKED)) \
                     INSERT INTO sign_in_attempts (key, count, seen) \
                     SELECT n.key, n.count, n.seen FROM unnest($1::text[], $2::bigint[], $3::bigint[]) \
                     AS n (key, count, seen) ORDER BY n.key \
                     ON CONFLICT (key) DO UPDATE SET count = excluded.count, seen = excluded.seen";

fn texts(keys: &[KeyedHash; 3]) -> Param<'_> {
    Param::Texts(keys.iter().map(|key| Some(key.as_str())).collect())
}

impl PostgresStore {
    async fn change_once(
        &self,
        keys: &[KeyedHash; 3],
        old: Timestamp,
        decide: &CountsDecision,
    ) -> Result<[Option<AttemptCount>; 3], StoreError> {
        let (tx, rows) =
            Transaction::begin_locked(&self.0.connections, PREPARE, READ, &[texts(keys)]).await?;
        let mut before = [None; 3];
        for row in &rows {
            let mut columns = Columns::of(row);
            columns.table("sign_in_attempts");
            let key: String = columns.get("key")?;
            let (count, seen) = (columns.get("count")?, columns.time("seen")?);
            for (place, wanted) in before.iter_mut().zip(keys) {
                if *wanted == key && count > 0 {
                    *place = Some(AttemptCount { count, seen });
                }
            }
        }
        let Some(after) = decide(&before) else {
            return tx.undo(before).await;
        };
        let counts = after.map(|one| one.map_or(0, |one| i64::from(one.count)));
        let seen = after.map(|one| one.map_or(0, |one| one.seen.as_millis()));
        let params = vec![
            texts(keys),
            Param::from(counts.to_vec()),
            Param::Numbers(seen.to_vec()),
            Param::from(old),
        ];
        tx.execute_and_commit(&[(STORE, params)]).await?;
        Ok(before)
    }
}

#[async_trait]
impl SharedAttempts for PostgresStore {
    async fn change_attempts(
        &self,
        keys: [KeyedHash; 3],
        old: Timestamp,
        decide: CountsDecision,
    ) -> Result<[Option<AttemptCount>; 3], StoreError> {
        with_retries!(
            self.0.connections,
            Access::Write,
            "change_attempts",
            self.change_once(&keys, old, &decide)
        )
    }
}
