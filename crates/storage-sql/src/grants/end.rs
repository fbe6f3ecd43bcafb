//! Grants end: one application of a member, all of a member, all of an application, or those of the API explorer. Codes
//! that wait to be redeemed end too.

use latchkey_domain::{ClientId, MemberId, Timestamp};

use crate::{Statements, params, rows};
use latchkey_storage::{RevocationReason, StoreError};

/// Revokes what `member` granted to the application, codes that wait to be redeemed too, and deletes the consent;
/// how many of both there were.
pub(crate) async fn one(
    db: &dyn Statements,
    member: MemberId,
    application: i64,
    because: RevocationReason,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let revoked = rows::execute(
        db,
        "UPDATE grants SET revoked_at = ?3, revoked_because = ?4 WHERE member_id = ?1 \
         AND application_id = ?2 AND revoked_at IS NULL",
        params![member.0, application, at, because.id()],
    )
    .await?;
    let deleted = rows::execute(
        db,
        "DELETE FROM consents WHERE member_id = ?1 AND application_id = ?2",
        params![member.0, application],
    )
    .await?;
    Ok(revoked + deleted)
}

/// Revokes all that the member granted, codes that wait to be redeemed too, and deletes every consent, since the password
/// was changed. The applications that were connected. The caller has locked the member.
pub(crate) async fn all_of_member(
    db: &dyn Statements,
    member: MemberId,
    at: Timestamp,
) -> Result<Vec<ClientId>, StoreError> {
    let applications = rows::all(
        db,
        "SELECT client_id FROM applications WHERE id IN (SELECT application_id FROM grants \
         WHERE member_id = ?1 AND redeemed_at IS NOT NULL AND revoked_at IS NULL \
         UNION SELECT application_id FROM consents WHERE member_id = ?1) ORDER BY id",
        params![member.0],
        |columns| {
            columns
                .table("applications")
                .parsed("client_id", str::parse::<ClientId>)
        },
    )
    .await?;
    rows::execute(
        db,
        "UPDATE grants SET revoked_at = ?2, revoked_because = ?3 WHERE member_id = ?1 AND revoked_at IS NULL",
        params![member.0, at, RevocationReason::PasswordChanged.id()],
    )
    .await?;
    rows::execute(db, "DELETE FROM consents WHERE member_id = ?1", params![member.0]).await?;
    Ok(applications)
}

/// Revokes every grant of an application for a host, codes that wait to be redeemed too, and deletes every consent. The
/// caller has locked the application.
pub(crate) async fn all_of_application(
    db: &dyn Statements,
    client_id: &ClientId,
    at: Timestamp,
) -> Result<(), StoreError> {
    rows::execute(
        db,
        "UPDATE grants SET revoked_at = ?2, revoked_because = ?3 WHERE application_id = (SELECT id \
         FROM applications WHERE client_id = ?1) AND revoked_at IS NULL",
        params![client_id.as_str(), at, RevocationReason::Host.id()],
    )
    .await?;
    let sql =
        "DELETE FROM consents WHERE application_id = (SELECT id FROM applications WHERE client_id = ?1)";
    rows::execute(db, sql, params![client_id.as_str()]).await?;
    Ok(())
}

/// Ends the member's grants from the API explorer. `SQLite` uses the index on them only if the condition is spelled as
/// in the index.
pub(crate) async fn explorer_logins(
    db: &dyn Statements,
    member: MemberId,
    at: Timestamp,
) -> Result<u64, StoreError> {
    rows::execute(
        db,
        "UPDATE grants SET revoked_at = ?2, revoked_because = ?3 WHERE member_id = ?1 AND trial [[|= 1]] \
         AND revoked_at IS NULL AND redeemed_at IS NOT NULL",
        params![member.0, at, RevocationReason::ExplorerLoginEnded.id()],
    )
    .await
}
