//! The row of one grant.

use std::time::Duration;

use latchkey_domain::limits::UNREDEEMED_CODES;
use latchkey_domain::{Application, MemberId, Role, ScopeSet, Timestamp};
use rusqlite::{Connection, params};

use crate::sqlite::rows::{self, Columns};
use crate::sqlite::{applications, members};
use crate::{Grant, GrantId, GrantState, NewGrant, RevocationReason, StoreError};

/// How exactly an application's last use is kept. Many members refresh tokens of one application; without this, each
/// refresh would write its row too.
const LAST_USED_GRAIN: Duration = Duration::from_secs(60);

/// How long a code that nobody redeemed stays, whether or not housekeeping has recorded it.
const UNREDEEMED_STAYS: Duration = Duration::from_secs(24 * 60 * 60);

/// How many codes that nobody redeemed are deleted at once, where an earlier version left more than there can be now.
const DELETED_AT_ONCE: u32 = 100;

/// The grant with this number, its application and its member, by three primary keys.
pub(super) fn find(connection: &Connection, id: GrantId) -> Result<Option<Grant>, StoreError> {
    let sql = concat!(
        "SELECT ",
        applications::columns!(),
        ", ",
        members::columns!(),
        ", g.id, g.scopes, g.requested_redirect_uri, g.code_challenge, g.salt, g.created_at, g.code_expires_at, \
         g.trial, g.generation, g.issued_at, g.generation_used_at, g.repeated_at, g.last_used_at, g.revoked_at, g.revoked_because \
         FROM grants g JOIN applications a ON a.id = g.application_id JOIN members m ON m.id = g.member_id \
         WHERE g.id = ?1"
    );
    rows::first(connection, sql, [id.0], read)
}

fn read(columns: &mut Columns<'_, '_>) -> Result<Grant, StoreError> {
    let application = applications::read(columns)?;
    let member = members::read(columns)?;
    columns.table("grants");
    Ok(Grant {
        id: GrantId(columns.get("id")?),
        application,
        member,
        scopes: columns.parsed("scopes", str::parse::<ScopeSet>)?,
        requested_redirect_uri: columns.get("requested_redirect_uri")?,
        code_challenge: columns.get("code_challenge")?,
        salt: columns.get("salt")?,
        created_at: columns.time("created_at")?,
        code_expires_at: columns.time("code_expires_at")?,
        is_trial: columns.get("trial")?,
        state: GrantState {
            generation: columns.get("generation")?,
            issued_at: columns.time("issued_at")?,
            generation_used_at: columns.optional_time("generation_used_at")?,
            repeated_at: columns.optional_time("repeated_at")?,
            last_used_at: columns.optional_time("last_used_at")?,
            revoked: match columns.optional_time("revoked_at")? {
                Some(at) => Some((
                    at,
                    columns.one_of("revoked_because", RevocationReason::ALL, RevocationReason::id)?,
                )),
                None => None,
            },
        },
    })
}

/// The row number of the application that `grant` is for; `None` if it, the member or the member's session is gone, or
/// the member may not grant these scopes.
pub(super) fn application_of(
    connection: &Connection,
    grant: &NewGrant,
    at: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let found = rows::first(
        connection,
        "SELECT a.id, m.role FROM applications a JOIN members m ON m.id = ?2 WHERE a.client_id = ?1 AND (?3 IS NULL \
         OR EXISTS (SELECT 1 FROM sessions s WHERE s.id = ?3 AND s.member_id = ?2 AND s.expires_at > ?4))",
        params![
            grant.client_id.as_str(),
            grant.member.0,
            grant.session.map(|session| session.0),
            at.as_millis()
        ],
        |columns| {
            let application = columns.table("applications").get("id")?;
            let role = columns.table("members").parsed("role", str::parse::<Role>)?;
            Ok((application, role))
        },
    )?;
    Ok(found
        .filter(|(_, role)| role.grantable_scopes().contains_all(grant.scopes))
        .map(|(application, _)| application))
}

/// Makes room for one more code of `member` for the application: deletes those that nobody redeemed, but for the newest
/// and those that have not been expired for long. So the table grows with grants, not with requests.
pub(super) fn delete_unredeemed(
    connection: &Connection,
    application: i64,
    member: MemberId,
    at: Timestamp,
) -> Result<(), StoreError> {
    rows::execute(
        connection,
        "DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE application_id = ?1 AND member_id = ?2 \
         AND redeemed_at IS NULL ORDER BY id LIMIT ?4) AND (code_expires_at < ?3 OR id <= (SELECT id FROM grants \
         WHERE application_id = ?1 AND member_id = ?2 AND redeemed_at IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?5))",
        params![
            application,
            member.0,
            at.minus(UNREDEEMED_STAYS).as_millis(),
            DELETED_AT_ONCE,
            UNREDEEMED_CODES - 1
        ],
    )?;
    Ok(())
}

/// Adds a grant whose code is not redeemed.
pub(super) fn insert(
    connection: &Connection,
    application: i64,
    grant: &NewGrant,
    at: Timestamp,
) -> Result<GrantId, StoreError> {
    rows::execute(
        connection,
        "INSERT INTO grants (application_id, member_id, scopes, requested_redirect_uri, redirect_uri, code_challenge, \
         salt, created_at, issued_at, code_expires_at, trial) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10)",
        params![
            application,
            grant.member.0,
            grant.scopes.to_string(),
            grant.requested_redirect_uri,
            grant.redirect_uri.as_str(),
            grant.code_challenge,
            grant.salt,
            at.as_millis(),
            grant.code_expires_at.as_millis(),
            grant.is_trial,
        ],
    )?;
    Ok(GrantId(connection.last_insert_rowid()))
}

/// Stores where a grant is in its life. A rotation names no column that stands in an index, so it writes one row and
/// nothing else; redeeming and revoking, once each, do.
pub(super) fn set_state(
    connection: &Connection,
    id: GrantId,
    before: &GrantState,
    after: &GrantState,
) -> Result<(), StoreError> {
    let used_at = after.generation_used_at.map(Timestamp::as_millis);
    let last_used_at = after.last_used_at.map(Timestamp::as_millis);
    let repeated_at = after.repeated_at.map(Timestamp::as_millis);
    if (before.generation == 0) == (after.generation == 0) && before.revoked == after.revoked {
        rows::execute(
            connection,
            "UPDATE grants SET generation = ?2, issued_at = ?3, generation_used_at = ?4, last_used_at = ?5, \
             repeated_at = ?6 WHERE id = ?1",
            params![
                id.0,
                after.generation,
                after.issued_at.as_millis(),
                used_at,
                last_used_at,
                repeated_at
            ],
        )?;
    } else {
        rows::execute(
            connection,
            "UPDATE grants SET generation = ?2, issued_at = ?3, generation_used_at = ?4, last_used_at = ?5, \
             redeemed_at = iif(?2 = 0, NULL, coalesce(redeemed_at, ?3)), revoked_at = ?6, revoked_because = ?7, \
             repeated_at = ?8 WHERE id = ?1",
            params![
                id.0,
                after.generation,
                after.issued_at.as_millis(),
                used_at,
                last_used_at,
                after.revoked.map(|(at, _)| at.as_millis()),
                after.revoked.map(|(_, why)| why.id()),
                repeated_at,
            ],
        )?;
    }
    Ok(())
}

/// Keeps the application's last use, to the minute.
pub(super) fn note_use(
    connection: &Connection,
    application: &mut Application,
    used_at: Timestamp,
) -> Result<(), StoreError> {
    if application
        .last_used_at
        .is_none_or(|last| used_at >= last.plus(LAST_USED_GRAIN))
    {
        rows::execute(
            connection,
            "UPDATE applications SET last_used_at = ?2 WHERE client_id = ?1",
            params![application.client_id.as_str(), used_at.as_millis()],
        )?;
        application.last_used_at = Some(used_at);
    }
    Ok(())
}
