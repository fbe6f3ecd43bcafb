//! The applications that a member connected: active grants and remembered consents together.

use latchkey_domain::{ApplicationName, ClientId, MemberId, ScopeSet, Timestamp};

use crate::applications::row as application;
use crate::{Statements, params, rows};
use latchkey_storage::grants::rules;
use latchkey_storage::{ConnectedApp, Disconnected, NewGrant, RevocationReason, StoreError};

/// Who is connected to the application with this row number: who has an active grant or a remembered consent, each once. It
/// is what members see of it ([`of`]), seen from the application. Logins of the API explorer are not in it.
macro_rules! connected_members {
    ($application:literal) => {
        concat!(
            "SELECT g.member_id FROM grants g WHERE g.application_id = ",
            $application,
            " AND g.redeemed_at IS NOT NULL AND g.revoked_at IS NULL AND NOT g.trial \
             UNION SELECT c.member_id FROM consents c WHERE c.application_id = ",
            $application
        )
    };
}
pub(crate) use connected_members;

/// What `member` consented to after the time `after`.
pub(super) async fn remembered(
    db: &dyn Statements,
    member: MemberId,
    client_id: &ClientId,
    after: Timestamp,
) -> Result<ScopeSet, StoreError> {
    let consent = rows::first(
        db,
        "SELECT scopes FROM consents WHERE member_id = ?1 AND application_id = (SELECT id \
         FROM applications WHERE client_id = ?2) AND granted_at > ?3",
        params![member.0, client_id.as_str(), after],
        |columns| columns.table("consents").parsed("scopes", str::parse::<ScopeSet>),
    )
    .await?;
    Ok(consent.unwrap_or_default())
}

/// Adds the scopes of `grant` to what was consented to after the time `after`, and its time stays as it was. An older
/// consent has expired: this one takes its place.
pub(super) async fn remember(
    db: &dyn Statements,
    application: i64,
    grant: &NewGrant,
    after: Timestamp,
    at: Timestamp,
) -> Result<(), StoreError> {
    let scopes = remembered(db, grant.member, &grant.client_id, after)
        .await?
        .union(grant.scopes);
    rows::execute(
        db,
        "INSERT INTO consents (member_id, application_id, scopes, granted_at) \
         VALUES (?1, ?2, ?3, ?4) ON CONFLICT (member_id, application_id) DO UPDATE \
         SET scopes = excluded.scopes, granted_at = CASE WHEN consents.granted_at > ?5 \
         THEN consents.granted_at ELSE excluded.granted_at END",
        params![grant.member.0, application, scopes.to_string(), at, after],
    )
    .await?;
    Ok(())
}

/// The applications that `member` connected after the time `after`, the last used first.
pub(super) async fn of(
    db: &dyn Statements,
    member: MemberId,
    after: Timestamp,
) -> Result<Vec<ConnectedApp>, StoreError> {
    let parts = rows::all(
        db,
        concat!(
            "SELECT ",
            application::columns!(),
            ", part.scopes, part.since, part.last_used_at FROM (SELECT application_id, scopes, \
             created_at AS since, last_used_at FROM grants WHERE member_id = ?1 \
             AND redeemed_at IS NOT NULL AND revoked_at IS NULL AND NOT trial AND created_at > ?2 \
             UNION ALL SELECT c.application_id, c.scopes, c.granted_at, (SELECT max(g.last_used_at) FROM grants g \
             WHERE g.member_id = c.member_id AND g.application_id = c.application_id AND NOT g.trial) \
             FROM consents c WHERE c.member_id = ?1 AND c.granted_at > ?2) part \
             JOIN applications a ON a.id = part.application_id ORDER BY a.id"
        ),
        params![member.0, after],
        |columns| {
            let application = application::read(columns)?;
            columns.table("grants");
            Ok(ConnectedApp {
                application,
                scopes: columns.parsed("scopes", str::parse::<ScopeSet>)?,
                since: columns.time("since")?,
                last_used_at: columns.optional_time("last_used_at")?,
            })
        },
    )
    .await?;
    Ok(rules::connected_apps(parts))
}

/// How many members are connected to this application.
pub(crate) async fn count_members(db: &dyn Statements, client_id: &ClientId) -> Result<u64, StoreError> {
    rows::count(
        db,
        concat!(
            "SELECT count(*) FROM (",
            connected_members!("(SELECT id FROM applications WHERE client_id = ?1)"),
            ") connected"
        ),
        params![client_id.as_str()],
    )
    .await
}

/// The applications whose newest grant ended with a change of password.
pub(super) async fn disconnected_by_password(
    db: &dyn Statements,
    member: MemberId,
) -> Result<Vec<Disconnected>, StoreError> {
    rows::all(
        db,
        "SELECT a.name, g.revoked_at FROM grants g JOIN applications a ON a.id = g.application_id \
         WHERE g.member_id = ?1 AND g.redeemed_at IS NOT NULL AND g.revoked_because = ?2 \
         AND NOT EXISTS (SELECT 1 FROM grants n WHERE n.member_id = g.member_id \
         AND n.application_id = g.application_id AND n.redeemed_at IS NOT NULL AND n.id > g.id) \
         ORDER BY g.revoked_at DESC, a.name LIMIT 50",
        params![member.0, RevocationReason::PasswordChanged.id()],
        |columns| {
            let application = columns
                .table("applications")
                .parsed("name", ApplicationName::parse)?;
            let at = columns.table("grants").time("revoked_at")?;
            Ok(Disconnected { application, at })
        },
    )
    .await
}
