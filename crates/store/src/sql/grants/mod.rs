//! Grants.

use latchkey_domain::{ClientId, MemberId, Timestamp};

use super::{Statements, params, rows};
use crate::{RevocationReason, StoreError};

/// Revokes all that the member granted, codes that wait to be redeemed too, and deletes every consent, since the password
/// was changed. The applications that were connected. The caller has locked the member.
pub(crate) async fn end_all(
    db: &dyn Statements,
    member: MemberId,
    at: Timestamp,
) -> Result<Vec<ClientId>, StoreError> {
    let applications = rows::all(
        db,
        "SELECT client_id FROM applications WHERE id IN (\
         SELECT application_id FROM grants WHERE member_id = ?1 AND redeemed_at IS NOT NULL AND revoked_at IS NULL \
         UNION SELECT application_id FROM consents WHERE member_id = ?1) ORDER BY id",
        params![member.0],
        |columns| {
            columns
                .table("applications")
                .parsed("client_id", str::parse::<ClientId>)
        },
    )
    .await?;
    db.execute(
        "UPDATE grants SET revoked_at = ?2, revoked_because = ?3 WHERE member_id = ?1 AND revoked_at IS NULL",
        params![member.0, at, RevocationReason::PasswordChanged.id()],
    )
    .await?;
    db.execute("DELETE FROM consents WHERE member_id = ?1", params![member.0])
        .await?;
    Ok(applications)
}
