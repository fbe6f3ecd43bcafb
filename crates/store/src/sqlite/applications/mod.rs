//! Applications: [`row`] reads and writes one, [`list`] finds many, [`edit`] is what a host does to one.

mod edit;
mod list;
mod row;

use async_trait::async_trait;
use latchkey_domain::{Actor, Application, ClientId, ClientSecret, Page, PageRequest, Timestamp};

pub(super) use self::row::{columns, read};
use super::SqliteStore;
use crate::{
    ApplicationListing, ApplicationUpdate, Applications, Deleted, NewApplication, StoreError, UpdateOutcome,
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

    async fn application_with_secret(
        &self,
        client_id: &ClientId,
    ) -> Result<Option<(Application, Option<ClientSecret>)>, StoreError> {
        self.recall(|memory, connection| {
            memory.clients.recall(client_id, || {
                row::find_with_secret(connection, &self.keychain, client_id)
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
        let search = row::folded(search.trim());
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
        self.look_up(|connection| row::secret(connection, &self.keychain, client_id))
    }

    async fn reveal_client_secret(
        &self,
        client_id: &ClientId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<ClientSecret>, StoreError> {
        let (keychain, client_id, by) = (self.keychain.clone(), client_id.clone(), by.clone());
        self.write(move |connection| edit::reveal(connection, &keychain, &client_id, (&by, at)))
            .await
    }
}
