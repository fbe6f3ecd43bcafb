//! Registering applications (RFC 6749 section 2): used by hosts on the page and by operators on the command line.

mod activity;
mod error;
mod export;
mod members;
mod usage;

use std::sync::Arc;

use latchkey_domain::{
    Actor, Application, ApplicationDraft, ApplicationSpec, ClientId, ClientSecret, Clock, ListQuery, Member,
    Network, Page, PageRequest, Randomness, SecretId, Timestamp,
};
use latchkey_storage::{
    ApplicationUpdate, Deleted, Logo, NewApplication, SecretAdded, SecretRetired, Store, UpdateOutcome,
};

pub use latchkey_storage::activity::request_id;
pub use latchkey_storage::{
    ActivityArea, ActivityEntry, ActivityFilter, ActivityKind, ActivityOf, ActivityQuery, ActivityReason,
    ApplicationListing, ConnectedMember, FailedMail, MailCounts, NewActivity, SentClientId,
};

pub use self::activity::{ACTIVITY_PAGE_SIZE, ActivityLine, ActivityReport, Candidate};
pub use self::error::RegistrationError;
pub use self::export::{ApplicationExport, ExportError};
pub use self::members::MEMBERS_PAGE_SIZE;
pub use self::usage::{ApplicationUsage, Period, RequestCount, UsageReport};

/// Applications per page of the list.
pub const PAGE_SIZE: u32 = 50;

/// Registers, edits and deletes applications. Every operation checks the caller's role and the plan.
#[derive(Clone)]
pub struct Registrar {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
}

/// The caller. Only hosts and the operator may manage applications.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whether the caller may manage applications.
    may_manage: bool,
    /// The caller's entry in the audit trail.
    actor: Actor,
}

impl Caller {
    /// A signed-in member.
    pub fn member(member: &Member, actor: Actor) -> Self {
        Self {
            may_manage: member.role.is_host(),
            actor: Actor {
                member: Some(member.id),
                ..actor
            },
        }
    }

    /// The operator at the command line.
    pub fn operator() -> Self {
        Self {
            may_manage: true,
            actor: Actor::operator(),
        }
    }
}

/// An application that was just created or edited, with its new secret, if any.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The application as it is now.
    pub application: Application,
    /// The new secret, to be shown once.
    pub new_secret: Option<ClientSecret>,
}

/// What an application brings along from another server, so that its integrators change an address and nothing else.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// `None`: a new one is made.
    pub client_id: Option<ClientId>,
    /// Only for a confidential one.
    pub secret: Option<ClientSecret>,
}

impl Registrar {
    /// A registrar of the applications in `store`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Self {
        Self {
            store,
            clock,
            randomness,
        }
    }

    /// The network and whether its plan includes applications.
    pub async fn network(&self) -> Result<Network, RegistrationError> {
        Ok(self.store.network().await?)
    }

    /// Page `number` of the applications that `query` asks for.
    pub async fn list(
        &self,
        caller: &Caller,
        query: &ListQuery,
        number: u32,
    ) -> Result<Page<ApplicationListing>, RegistrationError> {
        Self::check_caller(caller)?;
        Ok(self
            .store
            .applications(query, PageRequest::new(number, PAGE_SIZE), self.clock.now())
            .await?)
    }

    /// How many applications have failed in the last hour.
    pub async fn failing(&self, caller: &Caller) -> Result<u64, RegistrationError> {
        Self::check_caller(caller)?;
        Ok(self.store.failing_applications(self.clock.now()).await?)
    }

    /// One application.
    pub async fn find(
        &self,
        caller: &Caller,
        client_id: &str,
    ) -> Result<ApplicationListing, RegistrationError> {
        Self::check_caller(caller)?;
        let client_id = parse(client_id)?;
        self.store
            .application_listing(&client_id, self.clock.now())
            .await?
            .ok_or(RegistrationError::NotFound)
    }

    /// The member who registered an application; `None` if it was the operator or a member who is gone.
    pub async fn creator(&self, application: &Application) -> Result<Option<Member>, RegistrationError> {
        match application.created_by {
            Some(member) => Ok(self.store.member(member).await?),
            None => Ok(None),
        }
    }

    /// Registers an application.
    pub async fn create(
        &self,
        caller: &Caller,
        draft: &ApplicationDraft,
    ) -> Result<Registered, RegistrationError> {
        self.create_with(caller, draft, Brought::default()).await
    }

    /// Registers an application that keeps the client id and secret that it has elsewhere, as far as it brings them.
    pub async fn create_with(
        &self,
        caller: &Caller,
        draft: &ApplicationDraft,
        brought: Brought,
    ) -> Result<Registered, RegistrationError> {
        self.check(caller).await?;
        let spec = draft.validate().map_err(RegistrationError::Invalid)?;
        if brought.secret.is_some() && !spec.client_type.is_confidential() {
            return Err(RegistrationError::NoSecrets);
        }
        let mut new = self.new_application(spec);
        if let Some(client_id) = brought.client_id {
            new.client_id = client_id;
        }
        new.secret = brought.secret.or(new.secret);
        let new_secret = new.secret.clone();
        let application = self
            .store
            .create_application(new, &caller.actor, self.clock.now())
            .await?;
        Ok(Registered {
            application,
            new_secret,
        })
    }

    /// An application as a file, without its secret.
    pub async fn export(
        &self,
        caller: &Caller,
        client_id: &str,
    ) -> Result<ApplicationExport, RegistrationError> {
        let listing = self.find(caller, client_id).await?;
        Ok(ApplicationExport::of(&listing.application))
    }

    /// Registers the application of a file, with a new secret. Its client id is that of the file, or a new one.
    pub async fn import(
        &self,
        caller: &Caller,
        file: &ApplicationExport,
    ) -> Result<Registered, RegistrationError> {
        let (client_id, draft) = file.to_draft().map_err(RegistrationError::File)?;
        let brought = Brought {
            client_id,
            secret: None,
        };
        self.create_with(caller, &draft, brought).await
    }

    /// Sets or removes the logo of an application. Allowed on every plan, as it is shown on every plan.
    pub async fn set_logo(
        &self,
        caller: &Caller,
        client_id: &str,
        logo: Option<Logo>,
    ) -> Result<Application, RegistrationError> {
        Self::check_caller(caller)?;
        let client_id = parse(client_id)?;
        self.store
            .set_application_logo(&client_id, logo, &caller.actor, self.clock.now())
            .await?
            .ok_or(RegistrationError::NotFound)
    }

    /// A new application with a client id and, if it is confidential, a secret.
    pub fn new_application(&self, spec: ApplicationSpec) -> NewApplication {
        let randomness = self.randomness.as_ref();
        NewApplication {
            client_id: ClientId::generate(randomness),
            secret: spec
                .client_type
                .is_confidential()
                .then(|| ClientSecret::generate(randomness)),
            spec,
        }
    }

    /// Edits an application, unless it is no longer at `revision`.
    pub async fn update(
        &self,
        caller: &Caller,
        client_id: &str,
        revision: u32,
        draft: &ApplicationDraft,
    ) -> Result<Registered, RegistrationError> {
        self.check(caller).await?;
        let client_id = parse(client_id)?;
        let spec = draft.validate().map_err(RegistrationError::Invalid)?;
        let update = ApplicationUpdate {
            spec,
            expected_revision: Some(revision),
            secret_if_missing: ClientSecret::generate(self.randomness.as_ref()),
        };
        match self
            .store
            .update_application(&client_id, update, &caller.actor, self.clock.now())
            .await?
        {
            UpdateOutcome::Updated {
                application,
                new_secret,
            } => Ok(Registered {
                application,
                new_secret,
            }),
            UpdateOutcome::Stale { .. } => Err(RegistrationError::Stale),
            UpdateOutcome::NotFound => Err(RegistrationError::NotFound),
        }
    }

    /// Pauses or resumes an application.
    pub async fn set_paused(
        &self,
        caller: &Caller,
        client_id: &str,
        paused: bool,
    ) -> Result<Application, RegistrationError> {
        self.check(caller).await?;
        let client_id = parse(client_id)?;
        self.store
            .set_paused(&client_id, paused, &caller.actor, self.clock.now())
            .await?
            .ok_or(RegistrationError::NotFound)
    }

    /// Deletes an application. Its codes and tokens are refused from the next request on. Allowed on every plan: a
    /// network that left a plan must be able to clean up.
    pub async fn delete(&self, caller: &Caller, client_id: &str) -> Result<Deleted, RegistrationError> {
        Self::check_caller(caller)?;
        let client_id = parse(client_id)?;
        self.store
            .delete_application(&client_id, &caller.actor, self.clock.now())
            .await?
            .ok_or(RegistrationError::NotFound)
    }

    /// Revokes all that members granted to an application. Returns how many members were connected.
    pub async fn disconnect_everyone(
        &self,
        caller: &Caller,
        client_id: &str,
    ) -> Result<u64, RegistrationError> {
        Self::check_caller(caller)?;
        let client_id = parse(client_id)?;
        self.store
            .disconnect_everyone(&client_id, &caller.actor, self.clock.now())
            .await?
            .ok_or(RegistrationError::NotFound)
    }

    /// Reveals a secret of a confidential application: the one with this `id`, or the newest. Leaves an audit entry.
    pub async fn reveal_secret(
        &self,
        caller: &Caller,
        client_id: &str,
        id: Option<SecretId>,
    ) -> Result<ClientSecret, RegistrationError> {
        Self::check_caller(caller)?;
        let client_id = parse(client_id)?;
        self.store
            .reveal_client_secret(&client_id, id, &caller.actor, self.clock.now())
            .await?
            .ok_or(if id.is_some() {
                RegistrationError::SecretNotFound
            } else {
                RegistrationError::NotFound
            })
    }

    /// Adds a second secret, which works beside the first until one of them is retired. Allowed on every plan, like
    /// everything that keeps an application safe.
    pub async fn new_secret(
        &self,
        caller: &Caller,
        client_id: &str,
    ) -> Result<ClientSecret, RegistrationError> {
        Self::check_caller(caller)?;
        let client_id = parse(client_id)?;
        let secret = ClientSecret::generate(self.randomness.as_ref());
        let added = self
            .store
            .add_client_secret(&client_id, secret.clone(), &caller.actor, self.clock.now())
            .await?;
        match added {
            SecretAdded::Added(_) => Ok(secret),
            SecretAdded::TooMany => Err(RegistrationError::TooManySecrets),
            SecretAdded::Public => Err(RegistrationError::NoSecrets),
            SecretAdded::NotFound => Err(RegistrationError::NotFound),
        }
    }

    /// Retires one of two secrets. It is refused from the next request on.
    pub async fn retire_secret(
        &self,
        caller: &Caller,
        client_id: &str,
        id: SecretId,
    ) -> Result<(), RegistrationError> {
        Self::check_caller(caller)?;
        let client_id = parse(client_id)?;
        let retired = self
            .store
            .retire_client_secret(&client_id, id, &caller.actor, self.clock.now())
            .await?;
        match retired {
            SecretRetired::Retired => Ok(()),
            SecretRetired::OnlyOne => Err(RegistrationError::OnlySecret),
            SecretRetired::NotFound => Err(RegistrationError::SecretNotFound),
        }
    }

    /// The current time, for texts like “2 minutes ago”.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn check(&self, caller: &Caller) -> Result<(), RegistrationError> {
        Self::check_caller(caller)?;
        let plan = self.store.network().await?.plan;
        if plan.includes_oauth_applications() {
            Ok(())
        } else {
            Err(RegistrationError::PlanTooLow(plan))
        }
    }

    fn check_caller(caller: &Caller) -> Result<(), RegistrationError> {
        if caller.may_manage {
            Ok(())
        } else {
            Err(RegistrationError::NotAHost)
        }
    }
}

/// An invalid client id matches no application.
fn parse(client_id: &str) -> Result<ClientId, RegistrationError> {
    client_id.parse().map_err(|_| RegistrationError::NotFound)
}
