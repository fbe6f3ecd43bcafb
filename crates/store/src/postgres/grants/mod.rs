//! Grants: [`row`] reads and writes one, [`connections`] is what a member sees of them.
//!
//! All of it locks rows before it decides by them. A change locks the grant; making and disconnecting lock the member,
//! so that what one member consented to is changed by one at a time.

mod connections;
mod expired_codes;
mod row;

use async_trait::async_trait;
use latchkey_domain::{ClientId, MemberId, ScopeSet, Timestamp};

pub(super) use self::connections::end_all;
use super::params::params;
use super::rows::{Columns, Statements};
use super::transaction::{Transaction, attempt, transact};
use super::watch::{Access, named};
use super::{PostgresStore, rows};
use crate::{
    Connection, Disconnected, ExpiredCode, Grant, GrantChange, GrantDecision, GrantId, Grants, NewActivity,
    NewGrant, RevocationReason, StoreError,
};

/// How many members have a grant of this application that is alive.
pub(super) async fn connected_members(db: &impl Statements, client_id: &ClientId) -> Result<u64, StoreError> {
    rows::count(
        db,
        "SELECT count(DISTINCT member_id) FROM grants \
         WHERE application_id = (SELECT id FROM applications WHERE client_id = $1) \
         AND redeemed_at IS NOT NULL AND revoked_at IS NULL AND NOT trial",
        params![client_id.as_str()],
    )
    .await
}

/// Adds a grant.
async fn create(tx: &Transaction, grant: &NewGrant, at: Timestamp) -> Result<Option<GrantId>, StoreError> {
    let Some(application) = row::application_of(tx, grant, at).await? else {
        return Ok(None);
    };
    row::delete_unredeemed(tx, application, grant.member, at).await?;
    let id = row::insert(tx, application, grant, at).await?;
    if let Some(after) = grant.remember {
        connections::remember(tx, application, grant, after, at).await?;
    }
    Ok(Some(id))
}

/// Ends what the member granted to the application.
async fn disconnect(
    tx: &Transaction,
    member: MemberId,
    client_id: &ClientId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "SELECT a.id FROM applications a JOIN members m ON m.id = $2 WHERE a.client_id = $1 \
               FOR KEY SHARE OF a FOR NO KEY UPDATE OF m";
    let application = rows::first(tx, sql, params![client_id.as_str(), member.0], |columns| {
        columns.table("applications").get("id")
    })
    .await?;
    match application {
        Some(application) => connections::end(tx, member, application, at).await,
        None => Ok(false),
    }
}

impl PostgresStore {
    /// Changes a grant on two round trips: one locks and reads it, one writes and commits. Those who want the same
    /// grant wait for the lock, and read what the one before them committed.
    async fn change(
        &self,
        id: GrantId,
        decide: &GrantDecision,
    ) -> Result<Option<(Grant, Grant)>, StoreError> {
        let (tx, rows) =
            Transaction::begin_locked(&self.connections, row::LOCK, row::FIND, params![id.0]).await?;
        let found = rows
            .first()
            .map(|row| row::read(&mut Columns::of(row)))
            .transpose();
        let before = match found {
            Ok(Some(before)) => before,
            Ok(None) => return tx.finish(Ok(None)).await,
            Err(error) => return tx.finish(Err(error)).await,
        };
        let mut after = before.clone();
        match decide(&before) {
            GrantChange::Set(state) if state != before.state => {
                let (sql, params) = row::set_state(&before, &state);
                tx.execute_and_commit(&[(sql, params)]).await?;
                row::note_use(&mut after.application, state.last_used_at);
                after.state = state;
                Ok(Some((before, after)))
            }
            _ => tx.finish(Ok(Some((before, after)))).await,
        }
    }
}

#[async_trait]
impl Grants for PostgresStore {
    async fn remembered_consent(
        &self,
        member: MemberId,
        client_id: &ClientId,
        after: Timestamp,
    ) -> Result<ScopeSet, StoreError> {
        connections::remembered(&named!(self), member, client_id, after).await
    }

    async fn create_grant(&self, grant: NewGrant, at: Timestamp) -> Result<Option<GrantId>, StoreError> {
        transact!(self, RowLocked, |tx| create(tx, &grant, at))
    }

    async fn grant(&self, id: GrantId) -> Result<Option<Grant>, StoreError> {
        rows::first(&named!(self), row::FIND, params![id.0], row::read).await
    }

    async fn change_grant(
        &self,
        id: GrantId,
        decide: GrantDecision,
    ) -> Result<Option<(Grant, Grant)>, StoreError> {
        attempt!(self, Access::Write, self.change(id, &decide))
    }

    async fn connections_of(
        &self,
        member: MemberId,
        after: Timestamp,
    ) -> Result<Vec<Connection>, StoreError> {
        connections::of(&named!(self), member, after).await
    }

    async fn disconnected_by_password(&self, member: MemberId) -> Result<Vec<Disconnected>, StoreError> {
        connections::disconnected_by_password(&named!(self), member).await
    }

    async fn disconnect(
        &self,
        member: MemberId,
        client_id: &ClientId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        transact!(self, RowLocked, |tx| disconnect(tx, member, client_id, at))
    }

    async fn end_trials(&self, member: MemberId, at: Timestamp) -> Result<u64, StoreError> {
        rows::execute(
            &named!(self),
            "UPDATE grants SET revoked_at = $2, revoked_because = $3 \
             WHERE member_id = $1 AND trial AND revoked_at IS NULL AND redeemed_at IS NOT NULL",
            params![member.0, at.as_millis(), RevocationReason::TrialEnded.id()],
        )
        .await
    }

    async fn expired_codes(
        &self,
        client_id: Option<&ClientId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ExpiredCode>, StoreError> {
        expired_codes::find(&named!(self), client_id, now, limit).await
    }

    async fn close_codes(
        &self,
        codes: Vec<(GrantId, Option<NewActivity>)>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        transact!(self, RowLocked, |tx| expired_codes::close(tx, &codes, at))
    }
}
