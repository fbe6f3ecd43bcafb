//! The list of applications: a page of it, and a search.

use latchkey_domain::{ClientId, Page, PageRequest};

use super::row::{columns, read};
use super::secrets;
use crate::{Columns, Statements, params, rows};
use latchkey_storage::shared::shown;
use latchkey_storage::{ApplicationListing, StoreError};

/// A listing, of `applications a`. Only the rows of the page are counted, each within one index.
macro_rules! listing_columns {
    () => {
        concat!(
            columns!(),
            ", (SELECT count(DISTINCT g.member_id) FROM grants g WHERE g.application_id = a.id \
             AND g.redeemed_at IS NOT NULL AND g.revoked_at IS NULL AND NOT g.trial)"
        )
    };
}

fn read_listing(columns: &mut Columns<'_>) -> Result<ApplicationListing, StoreError> {
    let application = read(columns)?;
    let connected: i64 = columns.get("(connected members)")?;
    Ok(ApplicationListing {
        application,
        secrets: Vec::new(),
        connected_members: u64::try_from(connected).unwrap_or(0),
    })
}

/// The listing of one application. `db` is one snapshot.
pub(super) async fn one(
    db: &dyn Statements,
    client_id: &ClientId,
) -> Result<Option<ApplicationListing>, StoreError> {
    let sql = concat!(
        "SELECT ",
        listing_columns!(),
        " FROM applications a WHERE a.client_id = ?1"
    );
    let Some(listing) = rows::first(db, sql, params![client_id.as_str()], read_listing).await? else {
        return Ok(None);
    };
    Ok(Some(ApplicationListing {
        secrets: secrets::records(db, client_id).await?,
        ..listing
    }))
}

/// A page of those in which `search` (folded) occurs; of all if it is empty. The pages are cut in the index
/// `applications_by_age`, which has the text too; rows are read for the one page alone. `db` is one snapshot.
pub(super) async fn page(
    db: &dyn Statements,
    search: &str,
    wanted: PageRequest,
) -> Result<Page<ApplicationListing>, StoreError> {
    let (ids, shown, total) = if search.is_empty() {
        let total = rows::count(db, "SELECT count(*) FROM applications", &[]).await?;
        let shown = shown(wanted, total);
        (ids_of_page(db, shown).await?, shown, total)
    } else {
        let mut found = ids_of_search(db, search).await?;
        let total = found.len() as u64;
        let shown = shown(wanted, total);
        let before = usize::try_from(shown.offset())
            .unwrap_or(usize::MAX)
            .min(found.len());
        found.drain(..before);
        found.truncate(usize::try_from(shown.size).unwrap_or(usize::MAX));
        (found, shown, total)
    };
    let sql = concat!(
        "SELECT ",
        listing_columns!(),
        " FROM applications a WHERE a.id = ANY(?1) ORDER BY a.created_at DESC, a.id DESC"
    );
    let mut items = rows::all(db, sql, params![ids.clone()], read_listing).await?;
    for (client_id, record) in secrets::records_of(db, ids).await? {
        let of = |item: &&mut ApplicationListing| item.application.client_id.as_str() == client_id;
        if let Some(item) = items.iter_mut().find(of) {
            item.secrets.push(record);
        }
    }
    Ok(Page {
        items,
        number: shown.number,
        size: shown.size,
        total,
    })
}

async fn ids_of_page(db: &dyn Statements, shown: PageRequest) -> Result<Vec<i64>, StoreError> {
    rows::all(
        db,
        "SELECT id FROM applications ORDER BY created_at DESC, id DESC LIMIT ?1 OFFSET ?2",
        params![shown.size, i64::try_from(shown.offset()).unwrap_or(i64::MAX)],
        |columns| columns.table("applications").get("id"),
    )
    .await
}

async fn ids_of_search(db: &dyn Statements, search: &str) -> Result<Vec<i64>, StoreError> {
    rows::all(
        db,
        "SELECT id FROM applications WHERE [[strpos|instr]](search, ?1) > 0 \
         ORDER BY created_at DESC, id DESC",
        params![search],
        |columns| columns.table("applications").get("id"),
    )
    .await
}
