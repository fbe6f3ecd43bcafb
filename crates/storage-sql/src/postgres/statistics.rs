//! What the metrics say of the database: what [`Watch`](super::watch::Watch) counted, its size, the connections.

use std::time::Duration;

use super::Postgres;
use super::pool::Connections;
use super::watch::Access;
use latchkey_storage::{ConnectionCounts, Statistics};

/// How long to wait for the size. A collector of metrics gives up soon, and they matter most when the database is slow.
const SIZE_AWAITED: Duration = Duration::from_secs(1);

pub(super) async fn read(store: &Postgres) -> Statistics {
    let connections = &store.connections;
    let size = async {
        tokio::time::timeout(SIZE_AWAITED, ask_for_size(connections))
            .await
            .ok()
            .flatten()
    };
    let database_bytes = connections.watch().size(size).await;
    let status = connections.status();
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    connections.watch().statistics(
        database_bytes,
        ConnectionCounts {
            idle: count(status.available),
            in_use: count(status.size.saturating_sub(status.available)),
            most: count(status.max_size),
            waiting: count(status.waiting),
        },
    )
}

async fn ask_for_size(connections: &Connections) -> Option<u64> {
    let connection = connections.get(Access::Read).await.ok()?;
    let sql = "SELECT pg_database_size(current_database())";
    super::rows::count(&connection, sql, &[]).await.ok()
}
