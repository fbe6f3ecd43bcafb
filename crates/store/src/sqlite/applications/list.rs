//! The list of applications: a page of it, and a search.

use latchkey_domain::{ClientId, Page, PageRequest};
use rusqlite::{Connection, params};

use super::row::{columns, read};
use super::secrets;
use crate::sqlite::rows::{self, Columns};
use crate::{ApplicationListing, StoreError};

/// A listing, of `applications a`. Only the rows of the page are counted, each within one index.
macro_rules! listing_columns {
    () => {
        concat!(
            columns!(),
            ", (SELECT count(DISTINCT g.member_id) FROM grants g WHERE g.application_id = a.id \
             AND g.redeemed_at IS NOT NULL AND g.revoked_at IS NULL AND g.trial = 0)"
        )
    };
}

fn read_listing(columns: &mut Columns<'_, '_>) -> Result<ApplicationListing, StoreError> {
    let application = read(columns)?;
    let connected: i64 = columns.get("(connected members)")?;
    Ok(ApplicationListing {
        application,
        secrets: Vec::new(),
        connected_members: u64::try_from(connected).unwrap_or(0),
    })
}

/// The listing of one application.
pub(super) fn one(
    connection: &Connection,
    client_id: &ClientId,
) -> Result<Option<ApplicationListing>, StoreError> {
    let sql = concat!(
        "SELECT ",
        listing_columns!(),
        " FROM applications a WHERE a.client_id = ?1"
    );
    // One snapshot for the row and its secrets.
    let snapshot = connection.unchecked_transaction()?;
    rows::first(&snapshot, sql, [client_id.as_str()], read_listing)?
        .map(|listing| with_secrets(&snapshot, listing))
        .transpose()
}

fn with_secrets(
    connection: &Connection,
    listing: ApplicationListing,
) -> Result<ApplicationListing, StoreError> {
    Ok(ApplicationListing {
        secrets: secrets::records(connection, &listing.application.client_id)?,
        ..listing
    })
}

/// A page of those in which `search` (folded) occurs; of all if it is empty. The pages are cut in the index
/// `applications_by_age`, which has the text too; rows are read for the one page alone.
pub(super) fn page(
    connection: &Connection,
    search: &str,
    wanted: PageRequest,
) -> Result<Page<ApplicationListing>, StoreError> {
    // One snapshot for the count and the rows.
    let snapshot = connection.unchecked_transaction()?;
    let (ids, shown, total) = if search.is_empty() {
        let total = rows::count(&snapshot, "SELECT count(*) FROM applications", [])?;
        let shown = rows::shown(wanted, total);
        (ids_of_page(&snapshot, shown)?, shown, total)
    } else {
        let mut found = ids_of_search(&snapshot, search)?;
        let total = found.len() as u64;
        let shown = rows::shown(wanted, total);
        let before = usize::try_from(shown.offset())
            .unwrap_or(usize::MAX)
            .min(found.len());
        found.drain(..before);
        found.truncate(usize::try_from(shown.size).unwrap_or(usize::MAX));
        (found, shown, total)
    };
    let items = ids
        .into_iter()
        .map(|id| by_id(&snapshot, id))
        .collect::<Result<_, _>>()?;
    Ok(Page {
        items,
        number: shown.number,
        size: shown.size,
        total,
    })
}

fn ids_of_page(connection: &Connection, shown: PageRequest) -> Result<Vec<i64>, StoreError> {
    rows::all(
        connection,
        "SELECT id FROM applications ORDER BY created_at DESC, id DESC LIMIT ?1 OFFSET ?2",
        params![shown.size, i64::try_from(shown.offset()).unwrap_or(i64::MAX)],
        |columns| columns.table("applications").get("id"),
    )
}

fn ids_of_search(connection: &Connection, search: &str) -> Result<Vec<i64>, StoreError> {
    rows::all(
        connection,
        "SELECT id FROM applications WHERE instr(search, ?1) > 0 ORDER BY created_at DESC, id DESC",
        [search],
        |columns| columns.table("applications").get("id"),
    )
}

fn by_id(connection: &Connection, id: i64) -> Result<ApplicationListing, StoreError> {
    let sql = concat!(
        "SELECT ",
        listing_columns!(),
        " FROM applications a WHERE a.id = ?1"
    );
    let listing = rows::first(connection, sql, [id], read_listing)?.ok_or_else(|| {
        StoreError::Damaged(format!(
            "applications: the row {id} is in the index and not in the table"
        ))
    })?;
    with_secrets(connection, listing)
}
