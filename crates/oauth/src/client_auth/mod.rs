//! Client authentication (RFC 6749 section 2.3): `client_secret_basic`, `client_secret_post`, and `none` for public
//! clients.
//!
//! Secrets have 256 random bits, so guessing needs no throttling (section 2.3.1 asks for protection).

mod credentials;
mod hint;

use std::sync::Arc;

use latchkey_domain::{ClientId, ClientSecret};
use latchkey_storage::{ActivityReason, Client, KeptSecret, SentClientId, StoreError};
use secrecy::ExposeSecret;

use self::credentials::Credentials;
use crate::activity::{ActivityKind, ActivityRecorder, NamedClient};
use crate::params::Params;
use crate::token_endpoint::ClientRequest;
use crate::{AuthorizationServer, EndpointError, ErrorCode, RequestOrigin};

/// The parameters with a token or code, which identify the client of a request without a client id.
const TOKENS: [&str; 3] = ["refresh_token", "token", "code"];

/// The error for a client that failed to authenticate.
fn invalid_client(reason: ActivityReason, words: impl AsRef<str>) -> EndpointError {
    EndpointError::refused(ErrorCode::InvalidClient, reason, words)
}

fn has_no_secret() -> EndpointError {
    invalid_client(
        ActivityReason::SecretUnneeded,
        "this application is public and has no secret; leave `client_secret` out",
    )
}

impl AuthorizationServer {
    /// The application that sent a request. A public one may omit `client_id` if it presents one of its tokens in the
    /// parameter `by_token`: neither RFC 6749 section 6 nor RFC 7009 section 2.1 requires a client id from a client
    /// that does not authenticate, and the token identifies its application.
    ///
    /// A refused request is recorded under the client it identifies. Fails with `invalid_grant` if only the token
    /// could identify the client and its grant is gone.
    pub(crate) async fn client_of(
        &self,
        request: ClientRequest<'_>,
        params: &Params<'_>,
        by_token: Option<&str>,
        recorder: &mut ActivityRecorder<'_>,
    ) -> Result<Arc<Client>, EndpointError> {
        let credentials = match Credentials::read(request.authorization, params) {
            Ok(credentials) => credentials,
            Err(error) => {
                self.name_client(request, recorder).await?;
                return Err(error);
            }
        };
        if let Some(client_id) = &credentials.client_id {
            self.authenticate(client_id, &credentials, recorder).await
        } else {
            self.client_of_token(params, by_token, credentials.secret.is_some(), recorder)
                .await
        }
    }

    /// Tells the recorder which application a request names, even if nothing else can be read.
    async fn name_client(
        &self,
        request: ClientRequest<'_>,
        recorder: &mut ActivityRecorder<'_>,
    ) -> Result<(), StoreError> {
        if let Some(client_id) = Credentials::named(request.authorization, request.form) {
            recorder.client = match self.store().client(&client_id).await? {
                Some(_) => NamedClient::known(&client_id),
                None => NamedClient::Unknown((&client_id).into()),
            };
        }
        Ok(())
    }

    /// Records an unreadable request under the client that its header names.
    pub async fn record_unreadable(
        &self,
        kind: ActivityKind,
        authorization: Option<&str>,
        words: &str,
        origin: &RequestOrigin,
    ) {
        let request = ClientRequest {
            authorization,
            form: &[],
        };
        let mut recorder = ActivityRecorder::new(kind, origin);
        if self.name_client(request, &mut recorder).await.is_ok() {
            self.record_failure(recorder, ActivityReason::Unreadable, words)
                .await;
        }
    }

    /// The application of the token in a request without a client id.
    async fn client_of_token(
        &self,
        params: &Params<'_>,
        by_token: Option<&str>,
        has_secret: bool,
        recorder: &mut ActivityRecorder<'_>,
    ) -> Result<Arc<Client>, EndpointError> {
        let missing = || {
            invalid_client(
                ActivityReason::ClientIdMissing,
                "`client_id` is missing; send it with `client_secret` in the body or by HTTP Basic, or alone if the \
                 application is public",
            )
        };
        let text = match by_token {
            Some(name) => params.get(name)?,
            None => TOKENS.iter().find_map(|name| params.get(name).ok().flatten()),
        };
        let token = text
            .and_then(|text| self.token_key().read_any(text).ok())
            .ok_or_else(missing)?;
        let Some(grant) = self.confirmed_grant(&token).await? else {
            return Err(match by_token {
                Some(_) => EndpointError::refused(
                    ErrorCode::InvalidGrant,
                    ActivityReason::Revoked,
                    "the token no longer works: the application or the member was removed, or the member disconnected the application",
                ),
                None => missing(),
            });
        };
        let client_id = grant.application.client_id;
        let client = self.store().client(&client_id).await?.ok_or_else(missing)?;
        recorder.client = NamedClient::known(&client_id);
        recorder.member = Some(grant.member.id);
        let is_public = !client.application.spec.client_type.is_confidential();
        match (is_public, by_token) {
            (true, Some(_)) if has_secret => Err(has_no_secret()),
            (true, Some(_)) => Ok(client),
            (true, None) => Err(invalid_client(
                ActivityReason::ClientIdMissing,
                "`client_id` is missing; an application that does not authenticate names itself (RFC 6749 section 4.1.3)",
            )),
            (false, _) => Err(invalid_client(
                ActivityReason::SecretMissing,
                "`client_id` and `client_secret` are missing; the application that this was issued to is confidential, and \
                 authenticates with each request",
            )),
        }
    }

    /// The application that presented this id and secret. A confidential one authenticates with any of its secrets. A
    /// public one cannot; PKCE and rotation protect it instead.
    ///
    /// Fails with `invalid_client` and says what is wrong with the id or the secret. It is no secret that a client id
    /// exists: every authorization request contains it.
    async fn authenticate(
        &self,
        client_id: &str,
        credentials: &Credentials,
        recorder: &mut ActivityRecorder<'_>,
    ) -> Result<Arc<Client>, EndpointError> {
        recorder.client = NamedClient::Unknown(SentClientId::new(client_id));
        let client_id: ClientId = client_id.parse().map_err(|error| {
            let words = format!("`client_id` is wrong: {error}");
            invalid_client(ActivityReason::ClientIdMalformed, words)
        })?;
        let client = self.store().client(&client_id).await?.ok_or_else(|| {
            match client_id.unusual() {
                Some(error) => invalid_client(
                    ActivityReason::ClientIdMalformed,
                    format!("`client_id` is wrong: {error}"),
                ),
                None => invalid_client(
                    ActivityReason::ClientUnknown,
                    "no application has this `client_id`; it may have been deleted, or belong to another server",
                ),
            }
        })?;
        recorder.client = NamedClient::known(&client_id);
        let confidential = client.application.spec.client_type.is_confidential();
        match (&credentials.secret, confidential) {
            (None, false) => {}
            (Some(_), false) => return Err(has_no_secret()),
            (None, true) => {
                return Err(invalid_client(
                    ActivityReason::SecretMissing,
                    "this application is confidential; send its `client_secret` too",
                ));
            }
            (Some(presented), true) => {
                let presented = presented.expose_secret();
                let unencoded = credentials.unencoded.as_ref().map(ExposeSecret::expose_secret);
                let found = matching(&client.secrets, presented);
                match found.or_else(|| matching(&client.secrets, unencoded?)) {
                    Some(at) => {
                        recorder.authenticated = true;
                        self.record_use(&client.secrets, at, recorder).await;
                    }
                    None => return Err(self.wrong_secret(&client, presented, recorder).await?),
                }
            }
        }
        Ok(client)
    }

    /// Records that the secret at `at` was used, so that a host can see whether the previous one is still needed.
    /// Most uses change nothing. The response is valid even if recording fails.
    async fn record_use(&self, secrets: &[KeptSecret], at: usize, recorder: &ActivityRecorder<'_>) {
        let newer = at.checked_sub(1).map(|before| &secrets[before].record);
        let (record, now) = (&secrets[at].record, self.now());
        if recorder.is_explorer_login || !record.is_news(newer, now) {
            return;
        }
        if let Err(error) = self.store().secret_used(record.id, now).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not record the use of a client secret"
            );
        }
    }

    /// What is wrong with a secret that does not match. Only hosts read how close it is.
    async fn wrong_secret(
        &self,
        client: &Client,
        presented: &str,
        recorder: &mut ActivityRecorder<'_>,
    ) -> Result<EndpointError, EndpointError> {
        if client.secrets.is_empty() {
            return Ok(invalid_client(
                ActivityReason::SecretNone,
                "this application has no secret right now; a host just changed its type",
            ));
        }
        let client_id = &client.application.client_id;
        if let Some(presented) = ClientSecret::brought(presented)
            && let Some(at) = self.store().secret_retired_at(client_id, &presented).await?
        {
            let words = hint::retired(self.now().since(at));
            return Ok(invalid_client(ActivityReason::SecretRetired, words));
        }
        let (mut reason, words) = hint::what_is_wrong(presented, &client.secrets, client_id);
        if hint::is_one_off(presented, &client.secrets) {
            reason = ActivityReason::SecretOneOff;
            recorder.message = Some(
                "the secret is wrong in one character: typed by hand, or changed when copied?".to_owned(),
            );
        }
        Ok(invalid_client(reason, words))
    }
}

/// Which of `secrets` was presented. Compares all of them, so that timing does not reveal which.
fn matching(secrets: &[KeptSecret], presented: &str) -> Option<usize> {
    let mut found = None;
    for (at, kept) in secrets.iter().enumerate() {
        if kept.secret.is(presented) {
            found = Some(at);
        }
    }
    found
}
