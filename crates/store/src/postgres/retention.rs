//! Forgetting in small steps: rows are looked at in the order of their numbers, and those that are to go are deleted by one
//! statement. Several nodes may forget at once, and each row goes once.

use async_trait::async_trait;
use latchkey_domain::Timestamp;

use super::params::Param;
use super::rows::Statements;
use super::watch::named;
use super::{PostgresStore, rows};
use crate::retention::choose;
use crate::{Expiring, Retention, StoreError, Stride, Swept};

/// The table, the condition for a row of it to go (its moments are the parameters from `first` on), and the moments.
fn condition(expiring: Expiring, first: usize) -> (&'static str, String, Vec<Timestamp>) {
    match expiring {
        // A grant that was redeemed has its last tokens from `issued_at`; one that was not has a code alone.
        Expiring::Grants {
            codes,
            tokens,
            granted,
            trials,
        } => (
            "grants",
            format!(
                "CASE WHEN redeemed_at IS NULL THEN code_expires_at < ${first} ELSE issued_at < ${} \
                 OR created_at < CASE WHEN trial THEN ${}::bigint ELSE ${}::bigint END END",
                first + 1,
                first + 2,
                first + 3
            ),
            vec![codes, tokens, trials, granted],
        ),
        Expiring::Sessions(moment) => ("sessions", format!("expires_at < ${first}"), vec![moment]),
        Expiring::Activity(moment) => ("activity", format!("at < ${first}"), vec![moment]),
    }
}

/// `first`, and the moments of a condition behind them.
fn with_moments<'a>(first: impl IntoIterator<Item = Param<'a>>, moments: Vec<Timestamp>) -> Vec<Param<'a>> {
    first
        .into_iter()
        .chain(moments.into_iter().map(Param::from))
        .collect()
}

#[async_trait]
impl Retention for PostgresStore {
    async fn sweep(&self, expiring: Expiring, after: i64, stride: Stride) -> Result<Swept, StoreError> {
        let (table, expired, moments) = condition(expiring, 3);
        let seen = rows::all(
            &named!(self),
            &format!("SELECT id, {expired} AS expired FROM {table} WHERE id > $1 ORDER BY id LIMIT $2"),
            &with_moments([Param::from(after), Param::from(stride.look)], moments),
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
            .execute(&sql, &with_moments([Param::from(ids)], moments))
            .await?;
        Ok(Swept { forgotten, next })
    }
}
