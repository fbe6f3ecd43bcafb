//! The applications that hosts register.

pub mod rules;

use std::sync::Arc;

use async_trait::async_trait;
use latchkey_domain::{
    Actor, Application, ApplicationSpec, ClientId, ClientSecret, Email, ListQuery, MemberId, MemberName,
    Page, PageRequest, ScopeSet, SecretId, SecretRecord, Timestamp,
};

use crate::{Logo, StoreError};

/// An application to be registered.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// Its public identifier.
    pub client_id: ClientId,
    /// What the host decided.
    pub spec: ApplicationSpec,
    /// Its secret, if it is confidential.
    pub secret: Option<ClientSecret>,
}

/// How many secrets an application can have at once: the one that is in use, and the one that takes its place.
pub const MOST_SECRETS: usize = 2;

/// A secret that is valid, unsealed.
#[derive(Clone, Debug)]
pub struct KeptSecret {
    /// Its age and its use.
    pub record: SecretRecord,
    pub secret: ClientSecret,
}

/// An application and the secrets that it can prove itself with.
#[derive(Clone, Debug)]
pub struct Client {
    pub application: Application,
    /// Its secrets, the newest first; none if it is public.
    pub secrets: Vec<KeptSecret>,
}

/// Outcome of adding a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretAdded {
    /// It is valid now, beside the one before.
    Added(SecretRecord),
    /// There are [`MOST_SECRETS`] already: one has to be retired first.
    TooMany,
    /// The application is public and has none.
    Public,
    /// There is no such application.
    NotFound,
}

/// Outcome of retiring a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretRetired {
    /// It is refused from now on.
    Retired,
    /// It is the only one; without it the application could not authenticate.
    OnlyOne,
    /// There is no such secret (any more).
    NotFound,
}

/// A row of the list: the application and how many members are connected.
///
/// A member is connected who has an active grant or a remembered consent: who sees the application among the connected apps.
/// What a host grants in the API explorer does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationListing {
    pub application: Application,
    /// What is known of its secrets, the newest first; none if it is public.
    pub secrets: Vec<SecretRecord>,
    /// How many members are connected.
    pub connected_members: u64,
    pub health: Health,
}

/// A member who is connected to an application, for hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedMember {
    pub member: MemberId,
    pub name: MemberName,
    pub email: Email,
    /// The union of what the member's active grants and the remembered consent hold.
    pub scopes: ScopeSet,
    /// Since when.
    pub since: Timestamp,
    /// When the application last used or got a token of this member; `None`: not yet.
    pub last_used_at: Option<Timestamp>,
}

/// How an application is doing: what failed in the last hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// How many requests failed in the last hour.
    pub failures: u64,
    /// The message of the latest of them.
    pub latest: Option<String>,
}

/// An edit.
#[derive(Clone, Debug)]
pub struct ApplicationUpdate {
    /// What the host decided.
    pub spec: ApplicationSpec,
    /// The revision that the host saw; `None` to overwrite whatever there is.
    pub expected_revision: Option<u32>,
    /// The secret to keep if the application becomes confidential and has none. One that is public loses its secret.
    pub secret_if_missing: ClientSecret,
}

/// Outcome of an edit.
#[derive(Clone, Debug)]
pub enum UpdateOutcome {
    /// It is done. `new_secret` is there if the application became confidential.
    Updated {
        /// The application as it is now.
        application: Application,
        /// The secret that was created for it.
        new_secret: Option<ClientSecret>,
    },
    /// It was changed since by someone else; nothing was changed.
    Stale {
        /// The application as it is now.
        current: Application,
    },
    /// There is no such application.
    NotFound,
}

/// A deleted application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// The application as it was.
    pub application: Application,
    pub connected_members: u64,
}

/// Registering, reading, editing and deleting applications.
#[async_trait]
pub trait Applications: Send + Sync {
    /// Registers an application; its secret is sealed. Fails with [`StoreError::ClientIdTaken`] if another has its client id.
    async fn create_application(
        &self,
        application: NewApplication,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Application, StoreError>;

    /// Registers many in one transaction (the demonstration, benchmarks).
    async fn create_applications(
        &self,
        applications: Vec<NewApplication>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// The application with this client id.
    async fn application(&self, client_id: &ClientId) -> Result<Option<Application>, StoreError>;

    /// The application with this client id and its secrets, unsealed for comparison, in one look-up.
    async fn client(&self, client_id: &ClientId) -> Result<Option<Arc<Client>>, StoreError>;

    /// The application with this client id and how many members are connected.
    async fn application_listing(
        &self,
        client_id: &ClientId,
        at: Timestamp,
    ) -> Result<Option<ApplicationListing>, StoreError>;

    /// The applications that `query` asks for at the time `at`; its text counts with upper and lower case alike. A page
    /// beyond the last is the last.
    async fn applications(
        &self,
        query: &ListQuery,
        page: PageRequest,
        at: Timestamp,
    ) -> Result<Page<ApplicationListing>, StoreError>;

    /// How many applications have failed in the hour before `at`.
    async fn failing_applications(&self, at: Timestamp) -> Result<u64, StoreError>;

    /// Edits an application and counts the edit. An edit that changes nothing leaves revision and audit trail as they
    /// are.
    async fn update_application(
        &self,
        client_id: &ClientId,
        update: ApplicationUpdate,
        by: &Actor,
        at: Timestamp,
    ) -> Result<UpdateOutcome, StoreError>;

    /// Pauses (`true`) or resumes an application; `None` if there is none. Doing it twice changes nothing. It is not an
    /// edit: the revision stays.
    async fn set_paused(
        &self,
        client_id: &ClientId,
        paused: bool,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Application>, StoreError>;

    /// Deletes an application with its grants and activity; `None` if there is none.
    async fn delete_application(
        &self,
        client_id: &ClientId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Deleted>, StoreError>;

    /// Revokes every grant and deletes every consent of an application; how many members were connected, `None` if
    /// there is no such application.
    async fn disconnect_everyone(
        &self,
        client_id: &ClientId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<u64>, StoreError>;

    /// A page of the members who are connected to an application, who connected last first. Empty if there is no such
    /// application.
    async fn connected_members(
        &self,
        client_id: &ClientId,
        page: PageRequest,
    ) -> Result<Page<ConnectedMember>, StoreError>;

    /// Revokes what `member` granted to an application and deletes the consent; how many grants and consents there were.
    /// `None` if there is no such application or member. Nothing is noted where nothing was ended.
    async fn disconnect_member(
        &self,
        client_id: &ClientId,
        member: MemberId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<u64>, StoreError>;

    /// Sets or removes the logo of an application; `None` if there is no such application. It is not an edit: the revision
    /// stays. A logo that nobody uses any more is deleted.
    async fn set_application_logo(
        &self,
        client_id: &ClientId,
        logo: Option<Logo>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Application>, StoreError>;

    /// Unseals the newest secret; `None` if there is no such application or it is public.
    async fn client_secret(&self, client_id: &ClientId) -> Result<Option<ClientSecret>, StoreError>;

    /// Makes `secret` valid beside the one that there is.
    async fn add_client_secret(
        &self,
        client_id: &ClientId,
        secret: ClientSecret,
        by: &Actor,
        at: Timestamp,
    ) -> Result<SecretAdded, StoreError>;

    /// Retires a secret: it is refused from now on. Its hash stays, so that it is recognised.
    async fn retire_client_secret(
        &self,
        client_id: &ClientId,
        id: SecretId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<SecretRetired, StoreError>;

    /// When `presented` was retired; `None` if it is not one of this application's last retired secrets.
    async fn secret_retired_at(
        &self,
        client_id: &ClientId,
        presented: &ClientSecret,
    ) -> Result<Option<Timestamp>, StoreError>;

    /// Records that a client authenticated with a secret. Nothing happens if it is retired by now.
    async fn secret_used(&self, id: SecretId, at: Timestamp) -> Result<(), StoreError>;

    /// Unseals a secret for a person to see, which leaves an audit entry; `None` if there is none (any more). Without an
    /// `id` it is the newest.
    async fn reveal_client_secret(
        &self,
        client_id: &ClientId,
        id: Option<SecretId>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<ClientSecret>, StoreError>;
}
