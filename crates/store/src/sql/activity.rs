//! What happened to an application's authorizations and tokens.

use latchkey_domain::limits::{ACTIVITY_COLLAPSE, ACTIVITY_COLLAPSE_AMONG};

use super::{Statements, params, rows};
use crate::shared::cut;
use crate::{NewActivity, StoreError};

/// The most characters of a message.
const MESSAGE_LENGTH: usize = 1_000;

/// The most characters of a redirect URI, which anybody may have made up.
const REDIRECT_URI_LENGTH: usize = 2_048;

/// Keeps an event, or counts it with a recent one that is equal. Two that do so at once may both add one, and may both
/// delete the same old rows, which is no harm. An event of an application that was deleted meanwhile has nobody left to
/// read it.
pub(crate) async fn insert(db: &dyn Statements, entry: &NewActivity) -> Result<(), StoreError> {
    if entry.collapses() && count_with_equal(db, entry).await? {
        return Ok(());
    }
    let class = entry.class();
    let added = rows::first(
        db,
        "INSERT INTO activity (application_id, at, kind, succeeded, message, redirect_uri, member_id, \
         address, request_id, class) SELECT a.id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM (SELECT id \
         FROM applications WHERE client_id = ?1 [[FOR KEY SHARE|]]) a WHERE TRUE RETURNING application_id",
        params![
            entry.client_id.as_str(),
            entry.at,
            entry.kind.id(),
            entry.succeeded,
            cut(&entry.message, MESSAGE_LENGTH),
            redirect_uri(entry),
            entry.member.map(|member| member.0),
            &entry.address,
            &entry.request_id,
            class.id(),
        ],
        |columns| columns.table("activity").get::<i64>("application_id"),
    )
    .await?;
    if let Some(application) = added {
        rows::execute(
            db,
            "DELETE FROM activity WHERE application_id = ?1 AND class = ?2 AND id <= (SELECT id \
             FROM activity WHERE application_id = ?1 AND class = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)",
            params![application, class.id(), class.most()],
        )
        .await?;
    }
    Ok(())
}

/// Counts an event with a recent one that is equal, if there is one; whether there was.
async fn count_with_equal(db: &dyn Statements, entry: &NewActivity) -> Result<bool, StoreError> {
    let counted = rows::execute(
        db,
        "UPDATE activity SET times = times + 1, last_at = [[greatest|max]](?2, coalesce(last_at, at)), \
         request_id = ?3 WHERE id = (SELECT id FROM (SELECT id, at, kind, message, member_id, address, \
         redirect_uri FROM activity WHERE application_id = (SELECT id FROM applications \
         WHERE client_id = ?1) AND class = ?4 ORDER BY id DESC LIMIT ?5) recent WHERE kind = ?6 \
         AND message = ?7 AND member_id IS NOT DISTINCT FROM ?8 AND address IS NOT DISTINCT FROM ?9 \
         AND redirect_uri IS NOT DISTINCT FROM ?10 AND at > ?11 ORDER BY id DESC LIMIT 1)",
        params![
            entry.client_id.as_str(),
            entry.at,
            &entry.request_id,
            entry.class().id(),
            ACTIVITY_COLLAPSE_AMONG,
            entry.kind.id(),
            cut(&entry.message, MESSAGE_LENGTH),
            entry.member.map(|member| member.0),
            &entry.address,
            redirect_uri(entry),
            entry.at.minus(ACTIVITY_COLLAPSE),
        ],
    )
    .await?;
    Ok(counted > 0)
}

fn redirect_uri(entry: &NewActivity) -> Option<&str> {
    let uri = entry.redirect_uri.as_deref()?;
    Some(cut(uri, REDIRECT_URI_LENGTH))
}
