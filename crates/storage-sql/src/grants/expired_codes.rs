//! Codes that were not exchanged in time. The index `grants_unredeemed` has them, as long as they are not closed.

use latchkey_domain::{ClientId, MemberId, RedirectUri, Timestamp};

use crate::{Statements, activity, params, rows};
use latchkey_storage::{ExpiredCode, GrantId, NewActivity, RevocationReason, StoreError};

/// Those that expired before `now`: of one application, or of all.
pub(super) async fn find(
    db: &dyn Statements,
    client_id: Option<&ClientId>,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<ExpiredCode>, StoreError> {
    let of_one = match client_id {
        Some(_) => "g.application_id = (SELECT id FROM applications WHERE client_id = ?3) AND ",
        None => "?3[[::text|]] IS NULL AND ",
    };
    let sql = format!(
        "SELECT g.id, a.client_id, g.member_id, coalesce(g.requested_redirect_uri, g.redirect_uri), \
         g.code_expires_at, g.trial FROM grants g JOIN applications a ON a.id = g.application_id \
         WHERE {of_one}g.redeemed_at IS NULL AND g.revoked_at IS NULL AND g.code_expires_at <= ?1 \
         ORDER BY g.id LIMIT ?2"
    );
    let client_id = client_id.map(ClientId::as_str);
    rows::all(db, &sql, params![now, limit, client_id], |columns| {
        columns.table("grants");
        Ok(ExpiredCode {
            grant: GrantId(columns.get("id")?),
            client_id: columns.parsed("client_id", str::parse::<ClientId>)?,
            member: MemberId(columns.get("member_id")?),
            sent_to: columns.parsed("redirect_uri", str::parse::<RedirectUri>)?,
            expired_at: columns.time("code_expires_at")?,
            is_explorer_login: columns.get("trial")?,
        })
    })
    .await
}

/// Closes those of `codes` that are still open, and records their events. Of two nodes that do so at once, the second
/// waits for the row, sees that it is closed, and records nothing.
pub(super) async fn close(
    db: &dyn Statements,
    codes: &[(GrantId, Option<NewActivity>)],
    at: Timestamp,
) -> Result<(), StoreError> {
    for (id, event) in codes {
        let closed = rows::execute(
            db,
            "UPDATE grants SET revoked_at = ?2, revoked_because = ?3 WHERE id = ?1 \
             AND redeemed_at IS NULL AND revoked_at IS NULL",
            params![id.0, at, RevocationReason::CodeExpired.id()],
        )
        .await?;
        if let Some(event) = event.as_ref().filter(|_| closed > 0) {
            activity::insert(db, event).await?;
        }
    }
    Ok(())
}
