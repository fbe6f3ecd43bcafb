//! Applications: [`row`] reads and writes one, [`list`] finds many, [`edit`] is what a host does to one,
//! [`secrets`] its secrets, [`connected_members`] who uses it.
//!
//! An edit locks the application's row before it reads it, so that what it decides by stays so until it is committed:
//! two edits of one application wait for each other, and no retry is needed.

mod audit_entry;
mod connected_members;
mod edit;
mod list;
pub(crate) mod row;
mod secrets;

use std::sync::Arc;

use async_trait::async_trait;
use latchkey_domain::{
    Actor, Application, ClientId, ClientSecret, ListQuery, MemberId, Page, PageRequest, SecretId, Timestamp,
};

use super::{Database, SqlStore};
use crate::Isolation::{RowLocked, Statement};
use latchkey_storage::applications::rules::searched_for;
use latchkey_storage::{
    ApplicationListing, ApplicationUpdate, Applications, Client, ConnectedMember, Deleted, Logo,
    NewApplication, SecretAdded, SecretRetired, StoreError, UpdateOutcome,
};

#[async_trait]
impl<D: Database> Applications for SqlStore<D> {
    async fn create_application(
        &self,
        application: NewApplication,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Application, StoreError> {
        let args = (self.0.keys().clone(), application, by.clone(), at);
        self.write(RowLocked, args, |db, (keys, application, by, at)| {
            Box::pin(edit::create(db, keys, application, (by, *at)))
        })
        .await
    }

    async fn create_applications(
        &self,
        applications: Vec<NewApplication>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let args = (self.0.keys().clone(), applications, by.clone(), at);
        self.write(RowLocked, args, |db, (keys, applications, by, at)| {
            Box::pin(edit::create_all(db, keys, applications, (by, *at)))
        })
        .await
    }

    async fn application(&self, client_id: &ClientId) -> Result<Option<Application>, StoreError> {
        self.look_up(client_id, |db, client_id| Box::pin(row::find(db, client_id)))
            .await
    }

    async fn client(&self, client_id: &ClientId) -> Result<Option<Arc<Client>>, StoreError> {
        let args = (client_id, self.0.keys());
        self.recall(
            |memory| &mut memory.clients,
            client_id,
            args,
            |db, (client_id, keys)| Box::pin(secrets::client(db, keys, client_id)),
        )
        .await
    }

    async fn application_listing(
        &self,
        client_id: &ClientId,
        at: Timestamp,
    ) -> Result<Option<ApplicationListing>, StoreError> {
        self.snapshot((client_id.clone(), at), |db, (client_id, at)| {
            Box::pin(list::one(db, client_id, *at))
        })
        .await
    }

    async fn applications(
        &self,
        query: &ListQuery,
        page: PageRequest,
        at: Timestamp,
    ) -> Result<Page<ApplicationListing>, StoreError> {
        let query = ListQuery {
            search: searched_for(&query.search),
            ..query.clone()
        };
        self.snapshot((query, page, at), |db, (query, page, at)| {
            Box::pin(list::page(db, query, *page, *at))
        })
        .await
    }

    async fn failing_applications(&self, at: Timestamp) -> Result<u64, StoreError> {
        self.scan(at, |db, at| Box::pin(list::count_failing(db, *at)))
            .await
    }

    async fn update_application(
        &self,
        client_id: &ClientId,
        update: ApplicationUpdate,
        by: &Actor,
        at: Timestamp,
    ) -> Result<UpdateOutcome, StoreError> {
        let args = (self.0.keys().clone(), client_id.clone(), update, by.clone(), at);
        self.write(RowLocked, args, |db, (keys, client_id, update, by, at)| {
            Box::pin(edit::update(db, keys, client_id, update, (by, *at)))
        })
        .await
    }

    async fn set_paused(
        &self,
        client_id: &ClientId,
        paused: bool,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Application>, StoreError> {
        let args = (client_id.clone(), paused, by.clone(), at);
        self.write(RowLocked, args, |db, (client_id, paused, by, at)| {
            Box::pin(edit::set_paused(db, client_id, *paused, (by, *at)))
        })
        .await
    }

    async fn delete_application(
        &self,
        client_id: &ClientId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Deleted>, StoreError> {
        let args = (client_id.clone(), by.clone(), at);
        self.write(RowLocked, args, |db, (client_id, by, at)| {
            Box::pin(edit::delete(db, client_id, (by, *at)))
        })
        .await
    }

    async fn disconnect_everyone(
        &self,
        client_id: &ClientId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let args = (client_id.clone(), by.clone(), at);
        self.write(RowLocked, args, |db, (client_id, by, at)| {
            Box::pin(edit::disconnect_everyone(db, client_id, (by, *at)))
        })
        .await
    }

    async fn connected_members(
        &self,
        client_id: &ClientId,
        page: PageRequest,
    ) -> Result<Page<ConnectedMember>, StoreError> {
        self.snapshot((client_id.clone(), page), |db, (client_id, page)| {
            Box::pin(connected_members::page(db, client_id, *page))
        })
        .await
    }

    async fn disconnect_member(
        &self,
        client_id: &ClientId,
        member: MemberId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let args = (client_id.clone(), member, by.clone(), at);
        self.write(RowLocked, args, |db, (client_id, member, by, at)| {
            Box::pin(edit::disconnect_member(db, client_id, *member, (by, *at)))
        })
        .await
    }

    async fn set_application_logo(
        &self,
        client_id: &ClientId,
        logo: Option<Logo>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Application>, StoreError> {
        let args = (client_id.clone(), logo, by.clone(), at);
        self.write(RowLocked, args, |db, (client_id, logo, by, at)| {
            Box::pin(edit::set_logo(db, client_id, logo.as_ref(), (by, *at)))
        })
        .await
    }

    async fn client_secret(&self, client_id: &ClientId) -> Result<Option<ClientSecret>, StoreError> {
        self.look_up((client_id, self.0.keys()), |db, (client_id, keys)| {
            Box::pin(secrets::newest(db, keys, client_id))
        })
        .await
    }

    async fn add_client_secret(
        &self,
        client_id: &ClientId,
        secret: ClientSecret,
        by: &Actor,
        at: Timestamp,
    ) -> Result<SecretAdded, StoreError> {
        let args = (self.0.keys().clone(), client_id.clone(), secret, by.clone(), at);
        self.write(RowLocked, args, |db, (keys, client_id, secret, by, at)| {
            Box::pin(secrets::add(db, keys, client_id, secret, (by, *at)))
        })
        .await
    }

    async fn retire_client_secret(
        &self,
        client_id: &ClientId,
        id: SecretId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<SecretRetired, StoreError> {
        let args = (self.0.keys().clone(), client_id.clone(), id, by.clone(), at);
        self.write(RowLocked, args, |db, (keys, client_id, id, by, at)| {
            Box::pin(secrets::retire(db, keys, client_id, *id, (by, *at)))
        })
        .await
    }

    async fn secret_retired_at(
        &self,
        client_id: &ClientId,
        presented: &ClientSecret,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.look_up((client_id, presented), |db, (client_id, presented)| {
            Box::pin(secrets::retired_at(db, client_id, presented))
        })
        .await
    }

    async fn secret_used(&self, id: SecretId, at: Timestamp) -> Result<(), StoreError> {
        self.write(Statement, (id, at), |db, (id, at)| {
            Box::pin(secrets::used(db, *id, *at))
        })
        .await
    }

    async fn reveal_client_secret(
        &self,
        client_id: &ClientId,
        id: Option<SecretId>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<ClientSecret>, StoreError> {
        let args = (self.0.keys().clone(), client_id.clone(), id, by.clone(), at);
        self.write(RowLocked, args, |db, (keys, client_id, id, by, at)| {
            Box::pin(secrets::reveal(db, keys, client_id, *id, (by, *at)))
        })
        .await
    }
}
