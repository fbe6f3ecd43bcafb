//! `/admin/settings/oauth-applications/{client_id}/use`: what an integrator copies, for hosts. It includes the secret
//! only on request, which adds an audit entry.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use latchkey_app::pages::{DeveloperMessage, Endpoints, Environment, Recipe, UseItPage};
use latchkey_domain::{Application, ClientSecret, Member, RedirectUri};
use latchkey_registration::Caller;
use serde::Deserialize;

use super::failure::Failure;
use super::pages::{scripted, scripted_frame, visitor};
use super::signed_in_host::SignedInHost;
use super::state::AppState;

/// The chosen redirect URI and program. What is not registered or not known is ignored.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    redirect_uri: Option<String>,
    program: Option<String>,
}

/// The page, with the secret masked.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedInHost { host, caller, .. }: SignedInHost,
    Path(client_id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let kit = Kit::find(&state, &caller, &client_id, wanted).await?;
    kit.page(&state, &host, None).await
}

/// The page with the secret in the clear.
pub(super) async fn reveal(
    State(state): State<AppState>,
    SignedInHost { host, caller, .. }: SignedInHost,
    Path(client_id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let kit = Kit::find(&state, &caller, &client_id, wanted).await?;
    let secret = kit.secret(&state, &caller).await?;
    kit.page(&state, &host, secret).await
}

/// Only the settings, with the secret in the clear: the page's script copies them.
pub(super) async fn download(
    State(state): State<AppState>,
    SignedInHost { caller, .. }: SignedInHost,
    Path(client_id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let kit = Kit::find(&state, &caller, &client_id, wanted).await?;
    let secret = kit.secret(&state, &caller).await?;
    let environment = Environment {
        application: &kit.application,
        redirect_uri: &kit.redirect_uri,
        endpoints: &kit.endpoints,
        network: &kit.network,
    };
    let text = match kit.recipe {
        Some(recipe) => recipe.to_text(&environment, secret.as_ref()),
        None => environment.to_text(secret.as_ref()),
    };
    Ok(text.into_response())
}

/// A message to the developer, as text. It has no secret.
pub(super) async fn message(
    State(state): State<AppState>,
    SignedInHost { caller, .. }: SignedInHost,
    Path(client_id): Path<String>,
) -> Result<String, Failure> {
    let kit = Kit::find(&state, &caller, &client_id, Wanted::default()).await?;
    let message = DeveloperMessage {
        application: &kit.application,
        endpoints: &kit.endpoints,
        network: &kit.network,
    };
    Ok(message.to_text())
}

/// What an integrator needs, except the secret.
struct Kit {
    application: Application,
    failures: u64,
    redirect_uri: RedirectUri,
    recipe: Option<&'static Recipe>,
    endpoints: Endpoints,
    network: String,
}

impl Kit {
    async fn find(
        state: &AppState,
        caller: &Caller,
        client_id: &str,
        wanted: Wanted,
    ) -> Result<Self, Failure> {
        let registrar = &state.instance.registrar;
        let listing = registrar.find(caller, client_id).await?;
        let application = listing.application;
        let redirect_uri = wanted
            .redirect_uri
            .and_then(|wanted| {
                let mut all = application.spec.redirect_uris.iter();
                all.find(|uri| uri.as_str() == wanted)
            })
            .or_else(|| UseItPage::first_choice(&application))
            .cloned()
            .ok_or(Failure::NotFound)?;
        let network = registrar.network().await?;
        let metadata = state.oauth.metadata();
        let endpoints = Endpoints {
            graphql: format!("{}/networks/{}/graphql", metadata.issuer, network.slug),
            issuer: metadata.issuer,
            authorization: metadata.authorization_endpoint,
            token: metadata.token_endpoint,
        };
        Ok(Self {
            application,
            failures: listing.health.failures,
            redirect_uri,
            recipe: wanted.program.as_deref().and_then(Recipe::from_id),
            endpoints,
            network: network.name.to_string(),
        })
    }

    /// The secret of a confidential application. Adds an audit entry.
    async fn secret(&self, state: &AppState, caller: &Caller) -> Result<Option<ClientSecret>, Failure> {
        if !self.application.spec.client_type.is_confidential() {
            return Ok(None);
        }
        let client_id = self.application.client_id.as_str();
        let secret = state
            .instance
            .registrar
            .reveal_secret(caller, client_id, None)
            .await?;
        Ok(Some(secret))
    }

    async fn page(
        self,
        state: &AppState,
        host: &Member,
        secret: Option<ClientSecret>,
    ) -> Result<Response, Failure> {
        let page = UseItPage {
            frame: scripted_frame(state, &["copy.js"]).await?,
            visitor: visitor(host),
            application: self.application,
            failures: self.failures,
            redirect_uri: self.redirect_uri,
            recipe: self.recipe,
            endpoints: self.endpoints,
            secret,
            code_lifetime: state.oauth.lifetimes().code(),
        };
        Ok(scripted(StatusCode::OK, page.to_html()))
    }
}
