//! Grants: [`row`] reads and writes one, [`connections`] is what a member sees of them.

mod connections;
mod expired_codes;
mod row;

use async_trait::async_trait;
use latchkey_domain::{ClientId, MemberId, ScopeSet, Timestamp};
use rusqlite::{Connection as Database, params};

pub(super) use self::connections::end_all;
use super::{SqliteStore, rows};
use crate::{
    Connection, Disconnected, ExpiredCode, Grant, GrantChange, GrantDecision, GrantId, Grants, NewActivity,
    NewGrant, RevocationReason, StoreError,
};

/// How many members have a grant of this application that is alive.
pub(super) fn connected_members(database: &Database, client_id: &ClientId) -> Result<u64, StoreError> {
    rows::count(
        database,
        "SELECT count(DISTINCT member_id) FROM grants \
         WHERE application_id = (SELECT id FROM applications WHERE client_id = ?1) \
         AND redeemed_at IS NOT NULL AND revoked_at IS NULL AND trial = 0",
        [client_id.as_str()],
    )
}

fn change(
    database: &Database,
    id: GrantId,
    decide: &GrantDecision,
) -> Result<Option<(Grant, Grant)>, StoreError> {
    let Some(before) = row::find(database, id)? else {
        return Ok(None);
    };
    let mut after = before.clone();
    if let GrantChange::Set(state) = decide(&before)
        && state != before.state
    {
        row::set_state(database, id, &before.state, &state)?;
        if let Some(used_at) = state.last_used_at {
            row::note_use(database, &mut after.application, used_at)?;
        }
        after.state = state;
    }
    Ok(Some((before, after)))
}

#[async_trait]
impl Grants for SqliteStore {
    async fn remembered_consent(
        &self,
        member: MemberId,
        client_id: &ClientId,
        after: Timestamp,
    ) -> Result<ScopeSet, StoreError> {
        self.look_up(|database| connections::remembered(database, member, client_id, after))
    }

    async fn create_grant(&self, grant: NewGrant, at: Timestamp) -> Result<Option<GrantId>, StoreError> {
        self.write(move |database| {
            let Some(application) = row::application_of(database, &grant, at)? else {
                return Ok(None);
            };
            row::delete_unredeemed(database, application, grant.member, at)?;
            let id = row::insert(database, application, &grant, at)?;
            if let Some(after) = grant.remember {
                connections::remember(database, application, &grant, after, at)?;
            }
            Ok(Some(id))
        })
        .await
    }

    async fn grant(&self, id: GrantId) -> Result<Option<Grant>, StoreError> {
        self.recall(|memory, database| memory.grants.recall(&id, || row::find(database, id)))
    }

    async fn change_grant(
        &self,
        id: GrantId,
        decide: GrantDecision,
    ) -> Result<Option<(Grant, Grant)>, StoreError> {
        self.write(move |database| change(database, id, &decide)).await
    }

    async fn connections_of(
        &self,
        member: MemberId,
        after: Timestamp,
    ) -> Result<Vec<Connection>, StoreError> {
        self.scan(move |database| connections::of(database, member, after))
            .await
    }

    async fn disconnected_by_password(&self, member: MemberId) -> Result<Vec<Disconnected>, StoreError> {
        self.scan(move |database| connections::disconnected_by_password(database, member))
            .await
    }

    async fn disconnect(
        &self,
        member: MemberId,
        client_id: &ClientId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let client_id = client_id.clone();
        self.write(move |database| {
            let sql = "SELECT id FROM applications WHERE client_id = ?1";
            let application = rows::first(database, sql, params![client_id.as_str()], |columns| {
                columns.table("applications").get("id")
            })?;
            application.map_or(Ok(false), |application| {
                connections::end(database, member, application, at)
            })
        })
        .await
    }

    async fn end_trials(&self, member: MemberId, at: Timestamp) -> Result<u64, StoreError> {
        self.write(move |database| {
            let ended = rows::execute(
                database,
                "UPDATE grants SET revoked_at = ?2, revoked_because = ?3 \
                 WHERE member_id = ?1 AND trial = 1 AND revoked_at IS NULL AND redeemed_at IS NOT NULL",
                params![member.0, at.as_millis(), RevocationReason::TrialEnded.id()],
            )?;
            Ok(u64::try_from(ended).unwrap_or(u64::MAX))
        })
        .await
    }

    async fn expired_codes(
        &self,
        client_id: Option<&ClientId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ExpiredCode>, StoreError> {
        let client_id = client_id.cloned();
        self.scan(move |database| expired_codes::find(database, client_id.as_ref(), now, limit))
            .await
    }

    async fn close_codes(
        &self,
        codes: Vec<(GrantId, Option<NewActivity>)>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |database| expired_codes::close(database, &codes, at))
            .await
    }
}
