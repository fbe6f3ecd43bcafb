//! Applications: [`row`] reads and writes one, [`list`] finds many, [`edit`] is what a host does to one,
//! [`secrets`] its secrets.
//!
//! An edit locks the application's row before it reads it, so that what it decides by stays so until it is committed:
//! two edits of one application wait for each other, and nobody has to try again.

mod edit;
mod list;
mod row;
mod secrets;

use std::sync::Arc;

use async_trait::async_trait;
use latchkey_domain::{Actor, Application, ClientId, ClientSecret, Page, PageRequest, SecretId, Timestamp};

pub(super) use self::row::{columns, read};
use super::PostgresStore;
use crate::postgres::transaction::transact;
use crate::postgres::watch::named;
use crate::shared::searched;
use crate::{
    ApplicationListing, ApplicationUpdate, Applications, Client, Deleted, NewApplication, SecretAdded,
    SecretRetired, StoreError, UpdateOutcome,
};

#[async_trait]
impl Applications for PostgresStore {
    async fn create_application(
        &self,
        application: NewApplication,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Application, StoreError> {
        transact!(self, RowLocked, |tx| edit::create(
            tx,
            &self.keys,
            &application,
            (by, at)
        ))
    }

    async fn create_applications(
        &self,
        applications: Vec<NewApplication>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        transact!(self, RowLocked, |tx| async {
            for application in &applications {
                edit::create(tx, &self.keys, application, (by, at)).await?;
            }
            Ok(())
        })
    }

    async fn application(&self, client_id: &ClientId) -> Result<Option<Application>, StoreError> {
        row::find(&named!(self), client_id).await
    }

    async fn client(&self, client_id: &ClientId) -> Result<Option<Arc<Client>>, StoreError> {
        let client = secrets::client(&named!(self), &self.keys, client_id).await?;
        Ok(client.map(Arc::new))
    }

    async fn application_listing(
        &self,
        client_id: &ClientId,
    ) -> Result<Option<ApplicationListing>, StoreError> {
        transact!(self, Snapshot, |tx| list::one(tx, client_id))
    }

    async fn applications(
        &self,
        search: &str,
        page: PageRequest,
    ) -> Result<Page<ApplicationListing>, StoreError> {
        let search = searched(search);
        transact!(self, Snapshot, |tx| list::page(tx, &search, page))
    }

    async fn update_application(
        &self,
        client_id: &ClientId,
        update: ApplicationUpdate,
        by: &Actor,
        at: Timestamp,
    ) -> Result<UpdateOutcome, StoreError> {
        transact!(self, RowLocked, |tx| edit::update(
            tx,
            &self.keys,
            client_id,
            &update,
            (by, at)
        ))
    }

    async fn set_paused(
        &self,
        client_id: &ClientId,
        paused: bool,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Application>, StoreError> {
        transact!(self, RowLocked, |tx| edit::set_paused(
            tx,
            client_id,
            paused,
            (by, at)
        ))
    }

    async fn delete_application(
        &self,
        client_id: &ClientId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Deleted>, StoreError> {
        transact!(self, RowLocked, |tx| edit::delete(tx, client_id, (by, at)))
    }

    async fn disconnect_everyone(
        &self,
        client_id: &ClientId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        transact!(self, RowLocked, |tx| edit::disconnect_everyone(
            tx,
            client_id,
            (by, at)
        ))
    }

    async fn client_secret(&self, client_id: &ClientId) -> Result<Option<ClientSecret>, StoreError> {
        let kept = secrets::kept(&named!(self), &self.keys, client_id).await?;
        Ok(kept.into_iter().next().map(|kept| kept.secret))
    }

    async fn add_client_secret(
        &self,
        client_id: &ClientId,
        secret: ClientSecret,
        by: &Actor,
        at: Timestamp,
    ) -> Result<SecretAdded, StoreError> {
        transact!(self, RowLocked, |tx| secrets::add(
            tx,
            &self.keys,
            client_id,
            &secret,
            (by, at)
        ))
    }

    async fn retire_client_secret(
        &self,
        client_id: &ClientId,
        id: SecretId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<SecretRetired, StoreError> {
        transact!(self, RowLocked, |tx| secrets::retire(
            tx,
            &self.keys,
            client_id,
            id,
            (by, at)
        ))
    }

    async fn secret_retired_at(
        &self,
        client_id: &ClientId,
        presented: &ClientSecret,
    ) -> Result<Option<Timestamp>, StoreError> {
        secrets::retired_at(&named!(self), client_id, presented).await
    }

    async fn secret_used(&self, id: SecretId, at: Timestamp) -> Result<(), StoreError> {
        secrets::used(&named!(self), id, at).await
    }

    async fn reveal_client_secret(
        &self,
        client_id: &ClientId,
        id: Option<SecretId>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<ClientSecret>, StoreError> {
        transact!(self, RowLocked, |tx| secrets::reveal(
            tx,
            &self.keys,
            client_id,
            id,
            (by, at)
        ))
    }
}
