//! The network's one row, and what the database knows about itself.

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
