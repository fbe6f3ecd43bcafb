//! Pictures. The row is there as long as an application, a member, a provider or the network refers to it.

use async_trait::async_trait;
use latchkey_domain::LogoId;

use crate::{Database, SqlStore, Statements, params, rows};
use latchkey_storage::logos::Logo;
use latchkey_storage::{Logos, StoreError};

/// Keeps a logo that is going to be used. The same picture has the same name.
pub(crate) async fn keep(db: &dyn Statements, logo: Option<&Logo>) -> Result<(), StoreError> {
    let Some((id, image)) = logo else {
        return Ok(());
    };
    let sql = "INSERT INTO logos (id, image) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    rows::execute(db, sql, params![id.as_str(), image.as_slice()]).await?;
    Ok(())
}

/// Deletes a logo that was replaced, unless it is still used.
pub(crate) async fn delete_unused(db: &dyn Statements, id: Option<&LogoId>) -> Result<(), StoreError> {
    let Some(id) = id else {
        return Ok(());
    };
    // Who begins to use it at the same time holds its row: they are seen once the lock is here.
    let sql = "SELECT id FROM logos WHERE id = ?1 [[FOR UPDATE|]]";
    rows::lock(db, sql, params![id.as_str()]).await?;
    rows::execute(
        db,
        "DELETE FROM logos WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM applications WHERE logo = ?1) \
         AND NOT EXISTS (SELECT 1 FROM network WHERE logo = ?1) \
         AND NOT EXISTS (SELECT 1 FROM members WHERE picture = ?1) \
         AND NOT EXISTS (SELECT 1 FROM providers WHERE logo = ?1)",
        params![id.as_str()],
    )
    .await?;
    Ok(())
}

async fn find(db: &dyn Statements, id: &LogoId) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT image FROM logos WHERE id = ?1";
    rows::first(db, sql, params![id.as_str()], |columns| {
        columns.table("logos").get("image")
    })
    .await
}

#[async_trait]
impl<D: Database> Logos for SqlStore<D> {
    async fn logo(&self, id: &LogoId) -> Result<Option<Vec<u8>>, StoreError> {
        self.scan(id.clone(), |db, id| Box::pin(find(db, id))).await
    }
}
