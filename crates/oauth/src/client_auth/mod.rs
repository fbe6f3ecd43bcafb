//! Who asks (RFC 6749 section 2.3): `client_secret_basic`, `client_secret_post`, and `none` for public clients.
//!
//! Secrets have 256 random bits, so that guessing them needs no throttling (section 2.3.1 asks for protection).

mod credentials;
mod hint;

use latchkey_domain::{Application, ClientId};
use secrecy::ExposeSecret;

pub(crate) use self::credentials::Credentials;
use crate::activity::Trail;
use crate::{AuthorizationServer, EndpointError, ErrorCode};

/// Makes the error for a client that did not prove who it is.
fn invalid_client(words: impl AsRef<str>) -> EndpointError {
    EndpointError::refused(ErrorCode::InvalidClient, words)
}

impl AuthorizationServer {
    /// The application that presented `credentials`. A confidential one has proved who it is; a public one cannot, and
    /// is bound by PKCE and rotation instead.
    ///
    /// Fails with `invalid_client` in words that say what is wrong with the id or the secret. That a client id exists
    /// is no secret: it stands in every authorization request.
    pub(crate) async fn authenticate(
        &self,
        credentials: &Credentials,
        trail: &mut Trail<'_>,
    ) -> Result<Application, EndpointError> {
        let client_id: ClientId = credentials
            .client_id
            .parse()
            .map_err(|error| invalid_client(format!("`client_id` is wrong: {error}")))?;
        let found = self.store().application_with_secret(&client_id).await?;
        let (application, kept) = found.ok_or_else(|| {
            invalid_client(
                "no application has this `client_id`; it may have been deleted, or belong to another server",
            )
        })?;
        trail.client = Some(client_id);
        match (
            &credentials.secret,
            application.spec.client_type.is_confidential(),
        ) {
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
                let kept = kept.ok_or_else(|| {
                    invalid_client(
                        "this application has no secret at the moment; a host just changed its type",
                    )
                })?;
                if !kept.is(presented) {
                    return Err(invalid_client(hint::what_is_wrong(
                        presented,
                        &kept,
                        &application.client_id,
                    )));
                }
            }
        }
        Ok(application)
    }
}
