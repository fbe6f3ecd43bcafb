//! The network's one row, and what the database knows about itself.

use std::time::Duration;

use latchkey_domain::{Network, NetworkName, Plan, Slug};
use rusqlite::Connection;

use super::rows;
use crate::StoreError;

// Until its callers are moved.
/// The network.
pub(super) fn read(connection: &Connection) -> Result<Network, StoreError> {
    rows::first(
        connection,
        "SELECT id, name, slug, plan FROM network",
        [],
        |columns| {
            columns.table("network");
            Ok(Network {
                id: columns.get("id")?,
                name: columns.parsed("name", NetworkName::parse)?,
                slug: columns.parsed("slug", str::parse::<Slug>)?,
                plan: columns.parsed("plan", str::parse::<Plan>)?,
            })
        },
    )?
    .ok_or_else(missing)
}

fn missing() -> StoreError {
    StoreError::Damaged("network: its row is missing".to_owned())
}

// Until its callers are moved.
/// The longest lifetime of refresh tokens that was noted.
pub(super) fn longest_refresh_lifetime(connection: &Connection) -> Result<Option<Duration>, StoreError> {
    let sql = "SELECT value FROM meta WHERE key = 'longest_refresh_lifetime'";
    rows::first(connection, sql, [], |columns| {
        columns.table("meta");
        let millis: i64 = columns.get("longest_refresh_lifetime")?;
        Ok(Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
    })
}
