//! The list of applications: a page of it, filtered, searched and sorted.

use std::time::Duration;

use latchkey_domain::{ClientId, ListFilter, ListQuery, ListSort, Page, PageRequest, Timestamp};

use super::row::{columns, read};
use super::secrets;
use crate::grants::connected_apps::connected_members;
use crate::{Columns, Statements, params, rows};
use latchkey_storage::shared::shown;
use latchkey_storage::{ApplicationListing, Health, StoreError};

/// An application fails while a request of this time failed.
const FAILING: Duration = Duration::from_secs(60 * 60);

/// A listing, of `applications a`. Only the rows of the page are counted, each within one index. `?1` is the time from
/// which failures count.
macro_rules! listing_columns {
    () => {
        concat!(
            columns!(),
            ", (SELECT count(*) FROM (",
            connected_members!("a.id"),
            ") connected), \
             (SELECT CAST(sum(f.times) AS BIGINT) FROM activity f WHERE f.application_id = a.id \
             AND f.class <> 'success' AND coalesce(f.last_at, f.at) >= ?1), \
             (SELECT f.message FROM activity f WHERE f.application_id = a.id AND f.class <> 'success' \
             AND coalesce(f.last_at, f.at) >= ?1 ORDER BY coalesce(f.last_at, f.at) DESC, f.id DESC LIMIT 1)"
        )
    };
}

/// The applications `a` with the text `?1` (folded; blank: all) in their name, client id or redirect hosts that are in the state `?2` (blank: any). `?3` is the time
/// from which failures count.
macro_rules! kept {
    () => {
        "(?1 = '' OR [[strpos|instr]](a.search, ?1) > 0 OR [[strpos|instr]](a.hosts, ?1) > 0) \
         AND (?2 = '' OR (?2 = 'paused' AND a.paused_at IS NOT NULL) OR (?2 = 'public' AND NOT a.confidential) \
         OR (?2 = 'never-used' AND a.last_used_at IS NULL) OR (?2 = 'failing' AND a.id IN (SELECT f.application_id \
         FROM activity f WHERE f.class <> 'success' AND coalesce(f.last_at, f.at) >= ?3)))"
    };
}

macro_rules! ids_in_order {
    ($order:literal) => {
        concat!(
            "SELECT a.id FROM applications a WHERE ",
            kept!(),
            " ORDER BY ",
            $order,
            " LIMIT ?4 OFFSET ?5"
        )
    };
}

fn read_listing(columns: &mut Columns<'_>) -> Result<ApplicationListing, StoreError> {
    let application = read(columns)?;
    let connected: i64 = columns.get("(connected members)")?;
    let failures: Option<i64> = columns.get("(failures)")?;
    Ok(ApplicationListing {
        application,
        secrets: Vec::new(),
        connected_members: u64::try_from(connected).unwrap_or(0),
        health: Health {
            failures: failures
                .and_then(|number| u64::try_from(number).ok())
                .unwrap_or(0),
            latest: columns.get("(latest failure)")?,
        },
    })
}

/// The listing of one application. `db` is one snapshot.
pub(super) async fn one(
    db: &dyn Statements,
    client_id: &ClientId,
    at: Timestamp,
) -> Result<Option<ApplicationListing>, StoreError> {
    let sql = concat!(
        "SELECT ",
        listing_columns!(),
        " FROM applications a WHERE a.client_id = ?2"
    );
    let found = rows::first(
        db,
        sql,
        params![at.minus(FAILING), client_id.as_str()],
        read_listing,
    )
    .await?;
    let Some(listing) = found else {
        return Ok(None);
    };
    Ok(Some(ApplicationListing {
        secrets: secrets::records(db, client_id).await?,
        ..listing
    }))
}

/// A page of those that `query` asks for, whose text is folded. Rows are read for the one page alone. `db` is one
/// snapshot.
pub(super) async fn page(
    db: &dyn Statements,
    query: &ListQuery,
    wanted: PageRequest,
    at: Timestamp,
) -> Result<Page<ApplicationListing>, StoreError> {
    let since = at.minus(FAILING);
    let filter = query.filter.map_or("", ListFilter::id);
    let sql = concat!("SELECT count(*) FROM applications a WHERE ", kept!());
    let total = rows::count(db, sql, params![query.search.as_str(), filter, since]).await?;
    let shown = shown(wanted, total);
    let sql = match query.sort {
        ListSort::Newest => ids_in_order!("a.created_at DESC, a.id DESC"),
        ListSort::Name => ids_in_order!("a.search [[COLLATE \"C\"|]], a.id"),
        ListSort::LastUsed => ids_in_order!("a.last_used_at DESC NULLS LAST, a.id DESC"),
    };
    let offset = i64::try_from(shown.offset()).unwrap_or(i64::MAX);
    let range = params![query.search.as_str(), filter, since, shown.size, offset];
    let ids: Vec<i64> = rows::all(db, sql, range, |columns| columns.table("applications").get("id")).await?;
    let sql = concat!(
        "SELECT ",
        "a.id, ",
        listing_columns!(),
        " FROM applications a WHERE a.id = ANY(?2)"
    );
    let read = |columns: &mut Columns<'_>| Ok((columns.get::<i64>("id")?, read_listing(columns)?));
    let mut found = rows::all(db, sql, params![since, ids.clone()], read).await?;
    found.sort_by_key(|(id, _)| ids.iter().position(|wanted| wanted == id));
    let mut items: Vec<_> = found.into_iter().map(|(_, listing)| listing).collect();
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

/// How many applications have failed in the hour before `at`.
pub(super) async fn count_failing(db: &dyn Statements, at: Timestamp) -> Result<u64, StoreError> {
    let sql = "SELECT count(DISTINCT application_id) FROM activity \
               WHERE class <> 'success' AND coalesce(last_at, at) >= ?1";
    rows::count(db, sql, params![at.minus(FAILING)]).await
}
