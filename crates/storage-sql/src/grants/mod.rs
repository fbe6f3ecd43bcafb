//! Grants: [`row`] reads and writes one, [`connected_apps`] is what a member sees of them, [`end`] revokes them,
//! [`expired_codes`] are those whose code was never exchanged.
//!
//! All of it locks rows before it decides by them. A change locks the grant; making and disconnecting lock the member,
//! so that the consents of one member are changed one after the other.

pub(crate) mod connected_apps;
pub(crate) mod end;
mod expired_codes;
mod row;

use async_trait::async_trait;
use latchkey_domain::{ClientId, MemberId, ScopeSet, Timestamp};

use super::{Database, SqlStore, Statements, params, rows};
use crate::Isolation::{RowLocked, Statement};
use latchkey_storage::{
    ConnectedApp, Disconnected, ExpiredCode, Grant, GrantDecision, GrantId, Grants, NewActivity, NewGrant,
    RevocationReason, StoreError,
};

/// Adds a grant.
async fn create(db: &dyn Statements, grant: &NewGrant, at: Timestamp) -> Result<Option<GrantId>, StoreError> {
    let Some(application) = row::application_of(db, grant, at).await? else {
        return Ok(None);
    };
    row::delete_unredeemed(db, application, grant.member, at).await?;
    let id = row::insert(db, application, grant, at).await?;
    if let Some(after) = grant.remember {
        connected_apps::remember(db, application, grant, after, at).await?;
    }
    Ok(Some(id))
}

/// Ends what the member granted to the application.
async fn disconnect(
    db: &dyn Statements,
    member: MemberId,
    client_id: &ClientId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "SELECT a.id FROM applications a JOIN members m ON m.id = ?2 WHERE a.client_id = ?1 \
               [[FOR KEY SHARE OF a FOR NO KEY UPDATE OF m|]]";
    let application = rows::first(db, sql, params![client_id.as_str(), member.0], |columns| {
        columns.table("applications").get("id")
    })
    .await?;
    match application {
        Some(application) => {
            let ended = end::one(db, member, application, RevocationReason::Member, at).await?;
            Ok(ended > 0)
        }
        None => Ok(false),
    }
}

#[async_trait]
impl<D: Database> Grants for SqlStore<D> {
    async fn remembered_consent(
        &self,
        member: MemberId,
        client_id: &ClientId,
        after: Timestamp,
    ) -> Result<ScopeSet, StoreError> {
        self.look_up((member, client_id, after), |db, (member, client_id, after)| {
            Box::pin(connected_apps::remembered(db, *member, client_id, *after))
        })
        .await
    }

    async fn create_grant(&self, grant: NewGrant, at: Timestamp) -> Result<Option<GrantId>, StoreError> {
        self.write(RowLocked, (grant, at), |db, (grant, at)| {
            Box::pin(create(db, grant, *at))
        })
        .await
    }

    async fn grant(&self, id: GrantId) -> Result<Option<Grant>, StoreError> {
        self.recall(
            |memory| &mut memory.grants,
            &id,
            id,
            |db, id| Box::pin(row::find(db, *id)),
        )
        .await
    }

    async fn change_grant(
        &self,
        id: GrantId,
        decide: GrantDecision,
    ) -> Result<Option<(Grant, Grant)>, StoreError> {
        self.change(row::change(id), move |before| row::changed(before, &decide))
            .await
    }

    async fn connected_apps_of(
        &self,
        member: MemberId,
        after: Timestamp,
    ) -> Result<Vec<ConnectedApp>, StoreError> {
        self.scan((member, after), |db, (member, after)| {
            Box::pin(connected_apps::of(db, *member, *after))
        })
        .await
    }

    async fn disconnected_by_password(&self, member: MemberId) -> Result<Vec<Disconnected>, StoreError> {
        self.scan(member, |db, member| {
            Box::pin(connected_apps::disconnected_by_password(db, *member))
        })
        .await
    }

    async fn disconnect(
        &self,
        member: MemberId,
        client_id: &ClientId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let args = (member, client_id.clone(), at);
        self.write(RowLocked, args, |db, (member, client_id, at)| {
            Box::pin(disconnect(db, *member, client_id, *at))
        })
        .await
    }

    async fn end_explorer_logins(&self, member: MemberId, at: Timestamp) -> Result<u64, StoreError> {
        self.write(Statement, (member, at), |db, (member, at)| {
            Box::pin(end::explorer_logins(db, *member, *at))
        })
        .await
    }

    async fn expired_codes(
        &self,
        client_id: Option<&ClientId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ExpiredCode>, StoreError> {
        let args = (client_id.cloned(), now, limit);
        self.scan(args, |db, (client_id, now, limit)| {
            Box::pin(expired_codes::find(db, client_id.as_ref(), *now, *limit))
        })
        .await
    }

    async fn close_codes(
        &self,
        codes: Vec<(GrantId, Option<NewActivity>)>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(RowLocked, (codes, at), |db, (codes, at)| {
            Box::pin(expired_codes::close(db, codes, *at))
        })
        .await
    }
}
