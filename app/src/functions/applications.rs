//! The server functions of the OAuth Applications page.

use latchkey_domain::{ApplicationDraft, Page, Plan};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::Refusal;

/// A moment, for people and for machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// As people read it: `23 Nov 2026`.
    pub words: String,
    /// ISO 8601, for the `datetime` attribute.
    pub iso: String,
}

/// What a card shows. Never the secret: that is asked for by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApplicationCard {
    /// The public identifier.
    pub client_id: String,
    /// What the host decided, as the form shows it.
    pub form: ApplicationDraft,
    /// Whether it is paused.
    pub paused: bool,
    /// When it was created.
    pub created: Moment,
    /// When it was last used.
    pub last_used: Option<Moment>,
    /// How many members are connected.
    pub connected_members: u64,
    /// Which edit this is.
    pub revision: u32,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// The cards.
    pub page: Page<ApplicationCard>,
    /// The network's plan.
    pub plan: Plan,
}

/// What creating and editing come back with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// The application.
    pub client_id: String,
    /// Its secret, if one was just made: shown once.
    pub new_secret: Option<String>,
}

/// Page `page` of the applications whose name or client id contains `search`.
#[server(prefix = "/api", endpoint = "applications/list", input = Json)]
pub async fn list_applications(search: String, page: u32) -> Result<Listing, Refusal> {
    super::reply::as_member(async |registrar, caller| listing(&registrar, &caller, &search, page).await).await
}

/// One application.
#[server(prefix = "/api", endpoint = "applications/find", input = Json)]
pub async fn find_application(client_id: String) -> Result<ApplicationCard, Refusal> {
    super::reply::as_member(async |registrar, caller| {
        Ok(ssr::card(registrar.find(&caller, &client_id).await?))
    })
    .await
}

/// Registers an application.
#[server(prefix = "/api", endpoint = "applications/create", input = Json)]
pub async fn create_application(draft: ApplicationDraft) -> Result<Saved, Refusal> {
    super::reply::as_member(async |registrar, caller| {
        Ok(ssr::saved(registrar.create(&caller, &draft).await?))
    })
    .await
}

/// Edits an application, unless somebody else did since `revision`.
#[server(prefix = "/api", endpoint = "applications/update", input = Json)]
pub async fn update_application(
    client_id: String,
    revision: u32,
    draft: ApplicationDraft,
) -> Result<Saved, Refusal> {
    super::reply::as_member(async |registrar, caller| {
        Ok(ssr::saved(
            registrar.update(&caller, &client_id, revision, &draft).await?,
        ))
    })
    .await
}

/// Deletes an application.
#[server(prefix = "/api", endpoint = "applications/delete", input = Json)]
pub async fn delete_application(client_id: String) -> Result<(), Refusal> {
    super::reply::as_member(async |registrar, caller| registrar.delete(&caller, &client_id).await.map(|_| ()))
        .await
}

/// Pauses or resumes an application.
#[server(prefix = "/api", endpoint = "applications/set-paused", input = Json)]
pub async fn set_paused(client_id: String, paused: bool) -> Result<(), Refusal> {
    super::reply::as_member(async |registrar, caller| {
        registrar
            .set_paused(&caller, &client_id, paused)
            .await
            .map(|_| ())
    })
    .await
}

/// Revokes all that members granted to an application; how many were connected.
#[server(prefix = "/api", endpoint = "applications/disconnect-everyone", input = Json)]
pub async fn disconnect_everyone(client_id: String) -> Result<u64, Refusal> {
    super::reply::as_member(async |registrar, caller| {
        registrar.disconnect_everyone(&caller, &client_id).await
    })
    .await
}

/// The secret of an application, in the clear.
#[server(prefix = "/api", endpoint = "applications/reveal-secret", input = Json)]
pub async fn reveal_secret(client_id: String) -> Result<String, Refusal> {
    super::reply::as_member(async |registrar, caller| {
        Ok(registrar
            .reveal_secret(&caller, &client_id)
            .await?
            .expose()
            .to_owned())
    })
    .await
}

#[cfg(feature = "ssr")]
pub(crate) use self::ssr::listing;

#[cfg(feature = "ssr")]
mod ssr {
    //! From the rules' words to the page's.

    use latchkey_domain::{ApplicationDraft, Timestamp};
    use latchkey_registration::{ApplicationListing, Caller, Registered, Registrar, RegistrationError};

    use super::{ApplicationCard, Listing, Moment, Saved};

    /// A page of the list, as the page shows it.
    pub(crate) async fn listing(
        registrar: &Registrar,
        caller: &Caller,
        search: &str,
        page: u32,
    ) -> Result<Listing, RegistrationError> {
        Ok(Listing {
            page: registrar.list(caller, search, page).await?.map(card),
            plan: registrar.network().await?.plan,
        })
    }

    pub(super) fn card(listing: ApplicationListing) -> ApplicationCard {
        let application = listing.application;
        ApplicationCard {
            client_id: application.client_id.into(),
            form: ApplicationDraft::from_spec(&application.spec),
            paused: application.paused_at.is_some(),
            created: moment(application.created_at),
            last_used: application.last_used_at.map(moment),
            connected_members: listing.connected_members,
            revision: application.revision,
        }
    }

    pub(super) fn saved(registered: Registered) -> Saved {
        Saved {
            client_id: registered.application.client_id.into(),
            new_secret: registered.new_secret.map(|secret| secret.expose().to_owned()),
        }
    }

    fn moment(timestamp: Timestamp) -> Moment {
        let time = jiff::Timestamp::from_millisecond(timestamp.as_millis()).unwrap_or_default();
        Moment {
            words: time.strftime("%-d %b %Y").to_string(),
            iso: time.to_string(),
        }
    }
}
