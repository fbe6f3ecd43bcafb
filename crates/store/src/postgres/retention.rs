//! Forgetting in small steps. Each is one statement over rows that follow each other by number; several nodes may forget
//! at once, and each row goes once.

use async_trait::async_trait;

use super::params::params;
use super::rows::Statements;
use super::watch::named;
use super::{PostgresStore, rows};
use crate::{Expiring, Retention, StoreError, Swept};

/// The table, and the condition for a row of it to go. Its moments are `$3` and `$4`.
fn condition(expiring: Expiring) -> (&'static str, &'static str, [i64; 2]) {
    match expiring {
        // A grant that was redeemed has its last tokens from `issued_at`; one that was not has a code alone.
        Expiring::Grants { codes, tokens } => (
            "grants",
            "CASE WHEN redeemed_at IS NULL THEN code_expires_at < $3 ELSE issued_at < $4 END",
            [codes.as_millis(), tokens.as_millis()],
        ),
        Expiring::Sessions(before) => ("sessions", "expires_at < least($3, $4)", [before.as_millis(); 2]),
        Expiring::Activity(before) => ("activity", "at < least($3, $4)", [before.as_millis(); 2]),
    }
}

#[async_trait]
impl Retention for PostgresStore {
    async fn sweep(&self, expiring: Expiring, after: i64, rows: u32) -> Result<Swept, StoreError> {
        let (table, expired, [first, second]) = condition(expiring);
        // How far this step goes, and whether anything is behind it.
        let ends = rows::all(
            &named!(self),
            &format!("SELECT id FROM {table} WHERE id > $1 ORDER BY id LIMIT $2"),
            params![after, rows],
            |columns| columns.table(table).get::<i64>("id"),
        )
        .await?;
        let Some(last) = ends.last().copied() else {
            return Ok(Swept::default());
        };
        let sql = format!("DELETE FROM {table} WHERE id > $1 AND id <= $2 AND ({expired})");
        let forgotten = named!(self)
            .execute(&sql, params![after, last, first, second])
            .await?;
        let is_full = u32::try_from(ends.len()).is_ok_and(|count| count >= rows);
        Ok(Swept {
            forgotten,
            next: is_full.then_some(last),
        })
    }
}
