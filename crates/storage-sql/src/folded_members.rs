//! Members that an earlier version stored, in the form in which this one compares and sorts: a step of the schemas.

use crate::database::dialect::Dialect;
use crate::folding::{Folded, Stored, fold_members};
use crate::{Param, Statements, params, rows};
use latchkey_storage::StoreError;

/// So many are written with one statement, where that saves a trip.
const BATCH: usize = 5_000;

/// Brings the emails and names over. An email whose form is another member's stays as it is.
pub(crate) async fn members(db: &dyn Statements) -> Result<(), StoreError> {
    let all = "SELECT id, email, name FROM members ORDER BY id";
    let all = rows::all(db, all, &[], |columns| {
        columns.table("members");
        Ok(Stored {
            id: columns.get("id")?,
            email: columns.get("email")?,
            name: columns.get("name")?,
        })
    })
    .await?;
    for batch in fold_members(all).chunks(BATCH) {
        match db.dialect() {
            Dialect::Postgres => write_together(db, batch).await?,
            Dialect::Sqlite => write_one_by_one(db, batch).await?,
        }
    }
    Ok(())
}

async fn write_together(db: &dyn Statements, batch: &[Folded]) -> Result<(), StoreError> {
    let texts =
        |text: fn(&Folded) -> &str| Param::Texts(batch.iter().map(|member| Some(text(member))).collect());
    let params = [
        Param::Numbers(batch.iter().map(|member| member.id).collect()),
        texts(|member| &member.email),
        texts(|member| &member.sort_name),
        texts(|member| &member.search),
    ];
    let sql = "UPDATE members SET email = n.email, name_folded = n.name_folded, search = n.search \
               FROM unnest(?1::bigint[], ?2::text[], ?3::text[], ?4::text[]) AS n (id, email, name_folded, search) \
               WHERE members.id = n.id";
    rows::execute(db, sql, &params).await.map(|_| ())
}

async fn write_one_by_one(db: &dyn Statements, batch: &[Folded]) -> Result<(), StoreError> {
    let sql = "UPDATE members SET email = ?2, name_folded = ?3, search = ?4 WHERE id = ?1";
    for member in batch {
        let params = params![member.id, &member.email, &member.sort_name, &member.search];
        rows::execute(db, sql, params).await?;
    }
    Ok(())
}
