//! The row of one grant.

use std::time::Duration;

use latchkey_domain::limits::UNREDEEMED_CODES;
use latchkey_domain::{ClientId, MemberId, Role, ScopeSet, Timestamp};

use crate::applications::row as application;
use crate::database::Then;
use crate::members::row as member;
use crate::{Change, Columns, Param, Statements, params, rows};
use latchkey_storage::grants::rules::{self, LAST_USED_GRAIN};
use latchkey_storage::{
    Grant, GrantDecision, GrantId, GrantState, GrantedSignIn, NewGrant, Proof, Resource, RevocationReason,
    StoreError,
};

/// How long a code that was not redeemed is kept, whether or not housekeeping has recorded it.
const UNREDEEMED_STAYS: Duration = Duration::from_secs(24 * 60 * 60);

/// How many codes that were not redeemed are deleted at once, where an earlier version left more than there can be now.
const DELETED_AT_ONCE: u32 = 100;

/// Keeps others from changing the grant `?1` until the transaction ends.
const LOCK: &str = "SELECT 1 FROM grants WHERE id = ?1 [[FOR UPDATE|]]";

/// The grant `?1`, its application and its member, by three primary keys.
const FIND: &str = concat!(
    "SELECT ",
    application::columns!(),
    ", ",
    member::columns!(),
    ", g.id, g.scopes, g.requested_redirect_uri, g.code_challenge, g.salt, g.created_at, g.code_expires_at, \
     g.trial, g.signed_in_at, g.proof, g.nonce, g.resource, g.generation, g.issued_at, g.generation_used_at, g.repeated_at, g.last_used_at, g.revoked_at, \
     g.revoked_because FROM grants g JOIN applications a ON a.id = g.application_id \
     JOIN members m ON m.id = g.member_id WHERE g.id = ?1"
);

/// The grant with this number.
pub(super) async fn find(db: &dyn Statements, id: GrantId) -> Result<Option<Grant>, StoreError> {
    rows::first(db, FIND, params![id.0], read).await
}

pub(super) fn change(id: GrantId) -> Change<Grant> {
    Change {
        lock: LOCK,
        find: FIND,
        params: vec![Param::from(id.0)],
        read,
    }
}

fn read(columns: &mut Columns<'_>) -> Result<Grant, StoreError> {
    let application = application::read(columns)?;
    let member = member::read(columns)?;
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
        is_explorer_login: columns.get("trial")?,
        sign_in: match (
            columns.optional_time("signed_in_at")?,
            columns.optional("proof", str::parse::<Proof>)?,
            columns.get("nonce")?,
        ) {
            (Some(at), proof, nonce) => Some(GrantedSignIn { at, proof, nonce }),
            (None, ..) => None,
        },
        resource: columns.optional("resource", str::parse::<Resource>)?,
        state: GrantState {
            generation: columns.get("generation")?,
            issued_at: columns.time("issued_at")?,
            generation_used_at: columns.optional_time("generation_used_at")?,
            repeated_at: columns.optional_time("repeated_at")?,
            last_used_at: columns.optional_time("last_used_at")?,
            revoked: match columns.optional_time("revoked_at")? {
                Some(at) => Some((
                    at,
                    columns.parsed("revoked_because", str::parse::<RevocationReason>)?,
                )),
                None => None,
            },
        },
    })
}

/// The row number of the application that `grant` is for; `None` if it, the member or the member's session is gone, or
/// the member is suspended or may not grant these scopes. None of the three can be deleted while the transaction lasts, a host's edit of
/// the application waits, and so does whatever else changes what the member is, or has granted.
pub(super) async fn application_of(
    db: &dyn Statements,
    grant: &NewGrant,
    at: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let found = rows::first(
        db,
        "SELECT a.id, m.role FROM applications a JOIN members m ON m.id = ?2 \
         WHERE a.client_id = ?1 AND m.suspended_at IS NULL [[FOR KEY SHARE OF a FOR NO KEY UPDATE OF m|]]",
        params![grant.client_id.as_str(), grant.member.0],
        |columns| {
            let application = columns.table("applications").get::<i64>("id")?;
            let role = columns.table("members").parsed("role", str::parse::<Role>)?;
            Ok((application, role))
        },
    )
    .await?;
    if let Some(session) = grant.session {
        // Behind the lock on the member, in the order in which others take the two.
        let sql =
            "SELECT id FROM sessions WHERE id = ?1 AND member_id = ?2 AND expires_at > ?3 [[FOR KEY SHARE|]]";
        let params = params![session.0, grant.member.0, at];
        let open = rows::first(db, sql, params, |columns| {
            columns.table("sessions").get::<i64>("id")
        });
        if open.await?.is_none() {
            return Ok(None);
        }
    }
    Ok(found
        .filter(|(_, role)| rules::may_grant(*role, grant.scopes))
        .map(|(application, _)| application))
}

/// Makes room for one more code of `member` for the application: deletes those that were not redeemed, but for the newest
/// and those that have not been expired for long. So the table grows with grants, not with requests.
pub(super) async fn delete_unredeemed(
    db: &dyn Statements,
    application: i64,
    member: MemberId,
    at: Timestamp,
) -> Result<(), StoreError> {
    rows::execute(
        db,
        "DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE application_id = ?1 \
         AND member_id = ?2 AND redeemed_at IS NULL ORDER BY id LIMIT ?4) \
         AND (code_expires_at < ?3 OR id <= (SELECT id FROM grants WHERE application_id = ?1 \
         AND member_id = ?2 AND redeemed_at IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?5))",
        params![
            application,
            member.0,
            at.minus(UNREDEEMED_STAYS),
            DELETED_AT_ONCE,
            UNREDEEMED_CODES - 1
        ],
    )
    .await?;
    Ok(())
}

/// Adds a grant whose code is not redeemed.
pub(super) async fn insert(
    db: &dyn Statements,
    application: i64,
    grant: &NewGrant,
    at: Timestamp,
) -> Result<GrantId, StoreError> {
    let sign_in = grant.sign_in.as_ref();
    let id = rows::insert(
        db,
        "INSERT INTO grants (application_id, member_id, scopes, requested_redirect_uri, redirect_uri, \
         code_challenge, salt, created_at, issued_at, code_expires_at, trial, signed_in_at, proof, nonce, resource) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11, ?12, ?13, ?14) RETURNING id",
        params![
            application,
            grant.member.0,
            grant.scopes.to_string(),
            &grant.requested_redirect_uri,
            grant.redirect_uri.as_str(),
            &grant.code_challenge,
            &grant.salt,
            at,
            grant.code_expires_at,
            grant.is_explorer_login,
            sign_in.map(|sign_in| sign_in.at),
            sign_in.and_then(|sign_in| sign_in.proof).map(Proof::id),
            sign_in.and_then(|sign_in| sign_in.nonce.as_deref()),
            grant.resource.map(Resource::id),
        ],
    )
    .await?;
    Ok(GrantId(id))
}

/// The grant before and after what `decide` says, and the statements that store it.
pub(super) fn changed(before: Grant, decide: &GrantDecision) -> ((Grant, Grant), Then) {
    let mut after = before.clone();
    let mut then = Then::new();
    if let Some(state) = rules::new_state(&before, decide) {
        // A host who tries it in the API explorer does not use it.
        let used_at = state.last_used_at.filter(|_| !before.is_explorer_login);
        if let Some(used_at) = rules::use_to_store(&before.application, used_at) {
            then.push(note_use(&before.application.client_id, used_at));
            after.application.last_used_at = Some(used_at);
        }
        then.push(set_state(&before, &state));
        after.state = state;
    }
    ((before, after), then)
}

/// Stores the state of a grant. A rotation sets no indexed column, so it writes one row and nothing else; redeeming and
/// revoking, once each, do.
fn set_state(before: &Grant, after: &GrantState) -> (&'static str, Vec<Param<'static>>) {
    let mut params = vec![
        Param::from(before.id.0),
        Param::from(after.generation),
        Param::from(after.issued_at),
        Param::from(after.generation_used_at),
        Param::from(after.last_used_at),
        Param::from(after.repeated_at),
    ];
    let was = &before.state;
    if (was.generation == 0) == (after.generation == 0) && was.revoked == after.revoked {
        return (ROTATE, params);
    }
    params.push(Param::from(after.revoked.map(|(at, _)| at)));
    params.push(Param::from(after.revoked.map(|(_, why)| why.id())));
    (REDEEM_OR_REVOKE, params)
}

const ROTATE: &str = "UPDATE grants SET generation = ?2, issued_at = ?3, generation_used_at = ?4, \
     last_used_at = ?5, repeated_at = ?6 WHERE id = ?1";

const REDEEM_OR_REVOKE: &str = "UPDATE grants SET generation = ?2, issued_at = ?3, generation_used_at = ?4, \
     last_used_at = ?5, repeated_at = ?6, \
     redeemed_at = CASE WHEN ?2 = 0 THEN NULL ELSE coalesce(redeemed_at, ?3) END, \
     revoked_at = ?7, revoked_because = ?8 WHERE id = ?1";

/// Stores the last use of an application. Of many who use it at once, one writes its row: the others wait for that row,
/// see that it has been written, and leave it.
fn note_use(client_id: &ClientId, used_at: Timestamp) -> (&'static str, Vec<Param<'static>>) {
    (
        "UPDATE applications SET last_used_at = ?2 WHERE client_id = ?1 \
         AND (last_used_at IS NULL OR last_used_at <= ?3)",
        vec![
            Param::from(client_id.as_str().to_owned()),
            Param::from(used_at),
            Param::from(used_at.minus(LAST_USED_GRAIN)),
        ],
    )
}
