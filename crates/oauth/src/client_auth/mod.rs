//! Who asks (RFC 6749 section 2.3): `client_secret_basic`, `client_secret_post`, and `none` for public clients.
//!
//! Secrets have 256 random bits, so that guessing them needs no throttling (section 2.3.1 asks for protection).

mod credentials;
mod hint;

use std::sync::Arc;

use latchkey_domain::{ClientId, ClientSecret};
use latchkey_store::{Client, KeptSecret};
use secrecy::ExposeSecret;

pub(crate) use self::credentials::Credentials;
use crate::activity::Trail;
use crate::{AuthorizationServer, EndpointError, ErrorCode};

/// Makes the error for a client that did not prove who it is.
fn invalid_client(words: impl AsRef<str>) -> EndpointError {
    EndpointError::refused(ErrorCode::InvalidClient, words)
}

impl AuthorizationServer {
    /// The application that presented `credentials`. A confidential one has proved who it is, with any of its secrets; a
    /// public one cannot, and is bound by PKCE and rotation instead.
    ///
    /// Fails with `invalid_client` in words that say what is wrong with the id or the secret. That a client id exists
    /// is no secret: it stands in every authorization request.
    pub(crate) async fn authenticate(
        &self,
        credentials: &Credentials,
        trail: &mut Trail<'_>,
    ) -> Result<Arc<Client>, EndpointError> {
        let client_id: ClientId = credentials
            .client_id
            .parse()
            .map_err(|error| invalid_client(format!("`client_id` is wrong: {error}")))?;
        let client = self.store().client(&client_id).await?.ok_or_else(|| {
            invalid_client(
                "no application has this `client_id`; it may have been deleted, or belong to another server",
            )
        })?;
        trail.client = Some(client_id);
        let confidential = client.application.spec.client_type.is_confidential();
        match (&credentials.secret, confidential) {
            (None, false) => {}
            (Some(_), false) => {
                return Err(invalid_client(
                    "this application is public and has no secret; leave `client_secret` out",
                ));
            }
            (None, true) => {
                return Err(invalid_client(
                    "this application is confidential; send its `client_secret` too",
                ));
            }
            (Some(presented), true) => {
                let presented = presented.expose_secret();
                match matching(&client.secrets, presented) {
                    Some(at) => self.write_use_down(&client.secrets, at, trail).await,
                    None => return Err(self.wrong_secret(&client, presented).await?),
                }
            }
        }
        Ok(client)
    }

    /// Writes down that the secret at `at` was used, for the host who wants to know whether the one before is still
    /// needed. Most uses are no news. The answer stands whether or not it could be written.
    async fn write_use_down(&self, secrets: &[KeptSecret], at: usize, trail: &Trail<'_>) {
        let newer = at.checked_sub(1).map(|before| &secrets[before].record);
        let (record, now) = (&secrets[at].record, self.now());
        if trail.is_trial || !record.is_news(newer, now) {
            return;
        }
        if let Err(error) = self.store().secret_used(record.id, now).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the use of a client secret was not written down"
            );
        }
    }

    /// What is wrong with a secret that is none of the application's.
    async fn wrong_secret(&self, client: &Client, presented: &str) -> Result<EndpointError, EndpointError> {
        if client.secrets.is_empty() {
            return Ok(invalid_client(
                "this application has no secret at the moment; a host just changed its type",
            ));
        }
        let client_id = &client.application.client_id;
        let mut retired = None;
        if presented.len() == ClientSecret::LENGTH {
            let presented = ClientSecret::kept(presented.to_owned());
            retired = self.store().secret_retired_at(client_id, &presented).await?;
        }
        Ok(invalid_client(match retired {
            Some(at) => hint::retired(self.now().since(at)),
            None => hint::what_is_wrong(presented, &client.secrets, client_id),
        }))
    }
}

/// Which of `secrets` was presented. All are compared, so that the time does not tell which.
fn matching(secrets: &[KeptSecret], presented: &str) -> Option<usize> {
    let mut found = None;
    for (at, kept) in secrets.iter().enumerate() {
        if kept.secret.is(presented) {
            found = Some(at);
        }
    }
    found
}
