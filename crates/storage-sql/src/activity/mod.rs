//! What happened to an application's authorizations and tokens, and what failed that belongs to no application.

mod insert;
mod read;

use async_trait::async_trait;
use latchkey_domain::ClientId;

pub(crate) use self::insert::{insert, release};
use crate::Isolation::RowLocked;
use crate::{Database, SqlStore};
use latchkey_storage::{
    Activity, ActivityEntry, ActivityQuery, NewActivity, SentClientId, StoreError, Unkept,
};

#[async_trait]
impl<D: Database> Activity for SqlStore<D> {
    async fn record_activity(&self, events: Vec<NewActivity>) -> Result<(), StoreError> {
        self.write(RowLocked, events, |db, events| Box::pin(insert::all(db, events)))
            .await
    }

    async fn count_unkept(&self, failures: Vec<Unkept>) -> Result<(), StoreError> {
        self.write(RowLocked, failures, |db, failures| {
            Box::pin(insert::unkept(db, failures))
        })
        .await
    }

    async fn activity(
        &self,
        query: &ActivityQuery,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ActivityEntry>, StoreError> {
        let args = (query.clone(), before.unwrap_or(i64::MAX), limit);
        self.scan(args, |db, (query, before, limit)| {
            Box::pin(read::page(db, query, *before, *limit))
        })
        .await
    }

    async fn was_deleted(&self, client_id: &ClientId) -> Result<bool, StoreError> {
        self.look_up(client_id.clone(), |db, client_id| {
            Box::pin(read::was_deleted(db, client_id))
        })
        .await
    }

    async fn similar_client(&self, sent: &SentClientId) -> Result<Option<ClientId>, StoreError> {
        self.scan(sent.clone(), |db, sent| Box::pin(read::similar_client(db, sent)))
            .await
    }
}
