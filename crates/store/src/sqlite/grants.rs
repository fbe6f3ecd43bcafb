//! What a change of password does to the grants of a member.

use latchkey_domain::{ClientId, MemberId, Timestamp};
use rusqlite::{Connection, params};

use super::rows;
use crate::{RevocationReason, StoreError};

// Until its callers are moved.
/// As in [`crate::sql::grants::end_all`].
pub(super) fn end_all(
    connection: &Connection,
    member: MemberId,
    at: Timestamp,
) -> Result<Vec<ClientId>, StoreError> {
    let applications = rows::all(
        connection,
        "SELECT client_id FROM applications WHERE id IN (\
         SELECT application_id FROM grants WHERE member_id = ?1 AND redeemed_at IS NOT NULL AND revoked_at IS NULL \
         UNION SELECT application_id FROM consents WHERE member_id = ?1) ORDER BY id",
        [member.0],
        |columns| {
            columns
                .table("applications")
                .parsed("client_id", str::parse::<ClientId>)
        },
    )?;
    rows::execute(
        connection,
        "UPDATE grants SET revoked_at = ?2, revoked_because = ?3 WHERE member_id = ?1 AND revoked_at IS NULL",
        params![member.0, at.as_millis(), RevocationReason::PasswordChanged.id()],
    )?;
    rows::execute(
        connection,
        "DELETE FROM consents WHERE member_id = ?1",
        [member.0],
    )?;
    Ok(applications)
}
