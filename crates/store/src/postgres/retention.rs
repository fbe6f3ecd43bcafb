//! Forgetting in small steps: rows are looked at in the order of their numbers, and those that are to go are deleted by one
//! statement. Several nodes may forget at once, and each row goes once.

use async_trait::async_trait;

use super::params::params;
use super::rows::Statements;
use super::watch::named;
use super::{PostgresStore, rows};
use crate::retention::choose;
use crate::{Expiring, Retention, StoreError, Stride, Swept};

/// The table, the condition for a row of it to go, with its moments as the parameters `first` and the one behind it, and
/// the moments.
fn condition(expiring: Expiring, first: usize) -> (&'static str, String, [i64; 2]) {
    let second = first + 1;
    // Both parameters stand in each, so that all statements have as many.
    let before = |column: &str| format!("{column} < least(${first}, ${second})");
    match expiring {
        // A grant that was redeemed has its last tokens from `issued_at`; one that was not has a code alone.
        Expiring::Grants { codes, tokens } => (
            "grants",
            format!(
                "CASE WHEN redeemed_at IS NULL THEN code_expires_at < ${first} ELSE issued_at < ${second} END"
            ),
            [codes.as_millis(), tokens.as_millis()],
        ),
        Expiring::Sessions(moment) => ("sessions", before("expires_at"), [moment.as_millis(); 2]),
        Expiring::Activity(moment) => ("activity", before("at"), [moment.as_millis(); 2]),
    }
}

#[async_trait]
impl Retention for PostgresStore {
    async fn sweep(&self, expiring: Expiring, after: i64, stride: Stride) -> Result<Swept, StoreError> {
        let (table, expired, [first, second]) = condition(expiring, 3);
        let seen = rows::all(
            &named!(self),
            &format!("SELECT id, {expired} AS expired FROM {table} WHERE id > $1 ORDER BY id LIMIT $2"),
            params![after, stride.look, first, second],
            |columns| {
                columns.table(table);
                Ok((columns.get::<i64>("id")?, columns.get::<bool>("expired")?))
            },
        )
        .await?;
        let (ids, next) = choose(&seen, stride);
        if ids.is_empty() {
            return Ok(Swept { forgotten: 0, next });
        }
        // A refresh may have come in between: what was updated is looked at once more.
        let (table, expired, moments) = condition(expiring, 2);
        let sql = format!("DELETE FROM {table} WHERE id = ANY ($1) AND {expired}");
        let forgotten = named!(self)
            .execute(&sql, params![ids, moments[0], moments[1]])
            .await?;
        Ok(Swept { forgotten, next })
    }
}
