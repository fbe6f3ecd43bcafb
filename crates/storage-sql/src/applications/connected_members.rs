//! Who is connected to an application: what [`connected_apps`](crate::grants::connected_apps) is for a member, seen from the
//! application.

use latchkey_domain::{ClientId, Email, MemberId, MemberName, Page, PageRequest, ScopeSet};

use crate::grants::connected_apps;
use crate::{Columns, Statements, params, rows};
use latchkey_storage::applications::rules;
use latchkey_storage::shared::shown;
use latchkey_storage::{ConnectedMember, StoreError};

/// What is active of the application with the client id `?1`: grants and consents.
macro_rules! parts {
    () => {
        "(SELECT member_id, scopes, created_at AS since, last_used_at FROM grants \
         WHERE application_id = (SELECT id FROM applications WHERE client_id = ?1) \
         AND redeemed_at IS NOT NULL AND revoked_at IS NULL AND NOT trial \
         UNION ALL SELECT c.member_id, c.scopes, c.granted_at, (SELECT max(g.last_used_at) FROM grants g \
         WHERE g.member_id = c.member_id AND g.application_id = c.application_id AND NOT g.trial) FROM consents c \
         WHERE c.application_id = (SELECT id FROM applications WHERE client_id = ?1)) part"
    };
}

/// A page of them, who connected last first. `db` is one snapshot.
pub(super) async fn page(
    db: &dyn Statements,
    client_id: &ClientId,
    wanted: PageRequest,
) -> Result<Page<ConnectedMember>, StoreError> {
    let total = connected_apps::count_members(db, client_id).await?;
    let shown = shown(wanted, total);
    let offset = i64::try_from(shown.offset()).unwrap_or(i64::MAX);
    let sql = concat!(
        "SELECT part.member_id FROM ",
        parts!(),
        " GROUP BY part.member_id ORDER BY min(part.since) DESC, part.member_id DESC LIMIT ?2 OFFSET ?3"
    );
    let ids: Vec<i64> = rows::all(
        db,
        sql,
        params![client_id.as_str(), shown.size, offset],
        |columns| columns.table("grants").get("member_id"),
    )
    .await?;
    let sql = concat!(
        "SELECT m.id, m.name, m.email, part.scopes, part.since, part.last_used_at FROM ",
        parts!(),
        " JOIN members m ON m.id = part.member_id WHERE m.id = ANY(?2) ORDER BY m.id"
    );
    let parts = rows::all(db, sql, params![client_id.as_str(), ids], read).await?;
    Ok(Page {
        items: rules::connected_members(parts),
        number: shown.number,
        size: shown.size,
        total,
    })
}

fn read(columns: &mut Columns<'_>) -> Result<ConnectedMember, StoreError> {
    columns.table("members");
    Ok(ConnectedMember {
        member: MemberId(columns.get("id")?),
        name: columns.parsed("name", MemberName::parse)?,
        email: columns.parsed("email", Email::stored)?,
        scopes: columns.table("grants").parsed("scopes", str::parse::<ScopeSet>)?,
        since: columns.time("since")?,
        last_used_at: columns.optional_time("last_used_at")?,
    })
}
