//! Applications: [`row`] reads and writes one, [`list`] finds many, [`edit`] is what a host does to one,
//! [`secrets`] its secrets.

mod edit;
mod list;
mod row;
mod secrets;

use std::sync::Arc;

use async_trait::async_trait;
use latchkey_domain::{Actor, Application, ClientId, ClientSecret, Page, PageRequest, SecretId, Timestamp};

pub(super) use self::row::{columns, read};
use super::SqliteStore;
use crate::shared::searched;
use crate::{
    ApplicationListing, ApplicationUpdate, Applications, Client, Deleted, NewApplication, SecretAdded,
    SecretRetired, StoreError, UpdateOutcome,
};

#[async_trait]
impl Applications for SqliteStore {
    async fn create_application(
        &self,
        application: NewApplication,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Application, StoreError> {
        let (keychain, by) = (self.keychain.clone(), by.clone());
        self.write(move |connection| edit::create(connection, &keychain, application, (&by, at)))
            .await
    }

    async fn create_applications(
        &self,
        applications: Vec<NewApplication>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (keychain, by) = (self.keychain.clone(), by.clone());
        self.write(move |connection| {
            for application in applications {
                edit::create(connection, &keychain, application, (&by, at))?;
            }
            Ok(())
        })
        .await
    }

    async fn application(&self, client_id: &ClientId) -> Result<Option<Application>, StoreError> {
        self.look_up(|connection| row::find(connection, client_id))
    }

    async fn client(&self, client_id: &ClientId) -> Result<Option<Arc<Client>>, StoreError> {
        self.recall(|memory, connection| {
            memory.clients.recall(client_id, || {
                Ok(secrets::client(connection, &self.keychain, client_id)?.map(Arc::new))
            })
        })
    }

    async fn application_listing(
        &self,
        client_id: &ClientId,
    ) -> Result<Option<ApplicationListing>, StoreError> {
        let client_id = client_id.clone();
        self.scan(move |connection| list::one(connection, &client_id))
            .await
    }

    async fn applications(
        &self,
        search: &str,
        page: PageRequest,
    ) -> Result<Page<ApplicationListing>, StoreError> {
        let search = searched(search);
        self.scan(move |connection| list::page(connection, &search, page))
            .await
    }

    async fn update_application(
        &self,
        client_id: &ClientId,
        update: ApplicationUpdate,
        by: &Actor,
        at: Timestamp,
    ) -> Result<UpdateOutcome, StoreError> {
        let (keychain, client_id, by) = (self.keychain.clone(), client_id.clone(), by.clone());
        self.write(move |connection| edit::update(connection, &keychain, &client_id, update, (&by, at)))
            .await
    }

    async fn set_paused(
        &self,
        client_id: &ClientId,
        paused: bool,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Application>, StoreError> {
        let (client_id, by) = (client_id.clone(), by.clone());
        self.write(move |connection| edit::set_paused(connection, &client_id, paused, (&by, at)))
            .await
    }

    async fn delete_application(
        &self,
        client_id: &ClientId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Deleted>, StoreError> {
        let (client_id, by) = (client_id.clone(), by.clone());
        self.write(move |connection| edit::delete(connection, &client_id, (&by, at)))
            .await
    }

    async fn disconnect_everyone(
        &self,
        client_id: &ClientId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let (client_id, by) = (client_id.clone(), by.clone());
        self.write(move |connection| edit::disconnect_everyone(connection, &client_id, (&by, at)))
            .await
    }

    async fn client_secret(&self, client_id: &ClientId) -> Result<Option<ClientSecret>, StoreError> {
        self.look_up(|connection| {
            let mut kept = secrets::kept(connection, &self.keychain, client_id)?.into_iter();
            Ok(kept.next().map(|kept| kept.secret))
        })
    }

    async fn add_client_secret(
        &self,
        client_id: &ClientId,
        secret: ClientSecret,
        by: &Actor,
        at: Timestamp,
    ) -> Result<SecretAdded, StoreError> {
        let (keychain, client_id, by) = (self.keychain.clone(), client_id.clone(), by.clone());
        self.write(move |connection| secrets::add(connection, &keychain, &client_id, &secret, (&by, at)))
            .await
    }

    async fn retire_client_secret(
        &self,
        client_id: &ClientId,
        id: SecretId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<SecretRetired, StoreError> {
        let (keychain, client_id, by) = (self.keychain.clone(), client_id.clone(), by.clone());
        self.write(move |connection| secrets::retire(connection, &keychain, &client_id, id, (&by, at)))
            .await
    }

    async fn secret_retired_at(
        &self,
        client_id: &ClientId,
        presented: &ClientSecret,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.look_up(|connection| secrets::retired_at(connection, client_id, presented))
    }

    async fn secret_used(&self, id: SecretId, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |connection| secrets::used(connection, id, at))
            .await
    }

    async fn reveal_client_secret(
        &self,
        client_id: &ClientId,
        id: Option<SecretId>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<ClientSecret>, StoreError> {
        let (keychain, client_id, by) = (self.keychain.clone(), client_id.clone(), by.clone());
        self.write(move |connection| secrets::reveal(connection, &keychain, &client_id, id, (&by, at)))
            .await
    }
}
