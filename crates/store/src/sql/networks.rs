//! The network's one row.

use latchkey_domain::{Network, NetworkName, Plan, Slug};

use super::{Statements, rows};
use crate::StoreError;

pub(crate) async fn read(db: &dyn Statements) -> Result<Network, StoreError> {
    rows::first(db, "SELECT id, name, slug, plan FROM network", &[], |columns| {
        columns.table("network");
        Ok(Network {
            id: columns.get("id")?,
            name: columns.parsed("name", NetworkName::parse)?,
            slug: columns.parsed("slug", str::parse::<Slug>)?,
            plan: columns.parsed("plan", str::parse::<Plan>)?,
        })
    })
    .await?
    .ok_or_else(|| StoreError::Damaged("network: its row is missing".to_owned()))
}
