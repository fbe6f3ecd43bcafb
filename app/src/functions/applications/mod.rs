//! The server functions of the OAuth Applications page.

pub(crate) mod card;
#[cfg(feature = "ssr")]
mod present;

use latchkey_domain::{ApplicationDraft, ListQuery, SecretId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use self::card::{ApplicationCard, Details, Listing, Saved};
use super::error::FunctionError;
#[cfg(feature = "ssr")]
use super::reply::as_member;

#[cfg(all(test, feature = "ssr"))]
pub(crate) use self::present::secrets;
#[cfg(feature = "ssr")]
pub(crate) use self::present::{details, listing};

/// Page `page` of the applications that `query` asks for.
#[server(prefix = "/api", endpoint = "applications/list", input = Json)]
pub async fn list_applications(query: ListQuery, page: u32) -> Result<Listing, FunctionError> {
    as_member(async |registrar, caller| listing(&registrar, &caller, &query, page).await).await
}

/// One application.
#[server(prefix = "/api", endpoint = "applications/find", input = Json)]
pub async fn find_application(client_id: String) -> Result<ApplicationCard, FunctionError> {
    as_member(async |registrar, caller| {
        let found = registrar.find(&caller, &client_id).await?;
        Ok(present::card(found, registrar.now()))
    })
    .await
}

/// One application, for its page.
#[server(prefix = "/api", endpoint = "applications/details", input = Json)]
pub async fn application_details(client_id: String) -> Result<Details, FunctionError> {
    as_member(async |registrar, caller| details(&registrar, &caller, &client_id).await).await
}

/// Registers an application.
#[server(prefix = "/api", endpoint = "applications/create", input = Json)]
pub async fn create_application(draft: ApplicationDraft) -> Result<Saved, FunctionError> {
    as_member(async |registrar, caller| Ok(present::saved(registrar.create(&caller, &draft).await?))).await
}

/// Edits an application, unless someone else did so since `revision`.
#[server(prefix = "/api", endpoint = "applications/update", input = Json)]
pub async fn update_application(
    client_id: String,
    revision: u32,
    draft: ApplicationDraft,
) -> Result<Saved, FunctionError> {
    as_member(async |registrar, caller| {
        let updated = registrar.update(&caller, &client_id, revision, &draft).await?;
        Ok(present::saved(updated))
    })
    .await
}

/// Deletes an application.
#[server(prefix = "/api", endpoint = "applications/delete", input = Json)]
pub async fn delete_application(client_id: String) -> Result<(), FunctionError> {
    as_member(async |registrar, caller| {
        registrar.delete(&caller, &client_id).await?;
        Ok(())
    })
    .await
}

/// Pauses or resumes an application.
#[server(prefix = "/api", endpoint = "applications/set-paused", input = Json)]
pub async fn set_paused(client_id: String, paused: bool) -> Result<(), FunctionError> {
    as_member(async |registrar, caller| {
        registrar.set_paused(&caller, &client_id, paused).await?;
        Ok(())
    })
    .await
}

/// Revokes all grants of members to an application. Returns how many members were connected.
#[server(prefix = "/api", endpoint = "applications/disconnect-everyone", input = Json)]
pub async fn disconnect_everyone(client_id: String) -> Result<u64, FunctionError> {
    as_member(async |registrar, caller| registrar.disconnect_everyone(&caller, &client_id).await).await
}

/// Reveals a secret of an application. Leaves an audit entry.
#[server(prefix = "/api", endpoint = "applications/secrets/reveal", input = Json)]
pub async fn reveal_secret(client_id: String, secret: SecretId) -> Result<String, FunctionError> {
    as_member(async |registrar, caller| {
        let revealed = registrar.reveal_secret(&caller, &client_id, Some(secret)).await?;
        Ok(present::clear(revealed))
    })
    .await
}

/// Adds a second secret, which is valid beside the first, and returns it.
#[server(prefix = "/api", endpoint = "applications/secrets/add", input = Json)]
pub async fn add_secret(client_id: String) -> Result<String, FunctionError> {
    as_member(async |registrar, caller| Ok(present::clear(registrar.new_secret(&caller, &client_id).await?)))
        .await
}

/// Retires a secret.
#[server(prefix = "/api", endpoint = "applications/secrets/retire", input = Json)]
pub async fn retire_secret(client_id: String, secret: SecretId) -> Result<(), FunctionError> {
    as_member(async |registrar, caller| {
        registrar.retire_secret(&caller, &client_id, secret).await?;
        Ok(())
    })
    .await
}
