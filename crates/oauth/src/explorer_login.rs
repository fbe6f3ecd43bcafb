//! A sign-in of the API explorer, which acts as an application on its own server. It takes the same path as the
//! application: `/oauth/authorize` and the token endpoint, with the application's credentials and PKCE. Only the
//! redirect URI is the explorer's, which is on this server and needs no registration. Nobody else can get a code this
//! way: the explorer accepts only what it requested in the same browser, and only it can exchange its codes.
//!
//! It leaves nothing behind: the consent is not remembered, and the grant ends with its access token, after an hour
//! at most, or earlier when the host starts another login or signs out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::{Application, ClientId, MemberId, RedirectUri};
use latchkey_storage::{ActivityKind, ActivityReason, StoreError};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::activity::ActivityRecorder;
use crate::token_endpoint::ClientRequest;
use crate::{AuthorizationServer, EndpointError, ErrorCode, RequestOrigin, TokenResponse};

/// Where the explorer receives its codes.
pub const CALLBACK: &str = "/admin/headless-api/explorer/callback";

/// A started sign-in of the explorer. The browser keeps `state` and `code_verifier` until it returns.
pub struct ExplorerLogin {
    /// Where the browser goes: the authorization endpoint.
    pub location: String,
    /// The state that the response must have (RFC 6749 section 10.12).
    pub state: String,
    /// The verifier that the code is bound to (RFC 7636 section 4.1).
    pub code_verifier: SecretString,
}

impl AuthorizationServer {
    /// The redirect URI of the explorer. `None` if this server's public URL is plain HTTP and not on this machine: no
    /// code may be sent there (RFC 9700 section 2.6).
    pub fn explorer_redirect_uri(&self) -> Option<RedirectUri> {
        format!("{}{CALLBACK}", self.issuer()).parse().ok()
    }

    /// Starts a sign-in by `host` as an application, for all its registered scopes, and ends the host's earlier
    /// explorer logins. `None` if there is no [redirect URI](Self::explorer_redirect_uri).
    pub async fn begin_explorer_login(
        &self,
        application: &Application,
        host: MemberId,
    ) -> Result<Option<ExplorerLogin>, StoreError> {
        let Some(redirect_uri) = self.explorer_redirect_uri() else {
            return Ok(None);
        };
        self.end_explorer_logins(host).await?;
        let (state, code_verifier) = (self.fresh(), self.fresh());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(code_verifier.as_bytes()));
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", application.client_id.as_str())
            .append_pair("redirect_uri", redirect_uri.as_str())
            .append_pair("scope", &application.spec.scopes.to_string())
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        Ok(Some(ExplorerLogin {
            location: format!("/oauth/authorize?{query}"),
            state,
            code_verifier: code_verifier.into(),
        }))
    }

    /// Ends the explorer logins of `host`: their tokens stop working with the next request.
    pub async fn end_explorer_logins(&self, host: MemberId) -> Result<(), StoreError> {
        self.store().end_explorer_logins(host, self.now()).await.map(drop)
    }

    /// Exchanges the explorer's code and ends the other explorer logins of `host`.
    pub async fn finish_explorer_login(
        &self,
        client_id: &ClientId,
        host: MemberId,
        code: &str,
        code_verifier: &SecretString,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, EndpointError> {
        let (Some(client), Some(redirect_uri)) = (
            self.store().client(client_id).await?,
            self.explorer_redirect_uri(),
        ) else {
            return Err(EndpointError::refused(
                ErrorCode::InvalidClient,
                ActivityReason::ClientDeleted,
                "the application was deleted in the meantime",
            ));
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut form = vec![
            pair("grant_type", "authorization_code"),
            pair("client_id", client_id.as_str()),
            pair("code", code),
            pair("redirect_uri", redirect_uri.as_str()),
            pair("code_verifier", code_verifier.expose_secret()),
        ];
        if let Some(kept) = client.secrets.first() {
            form.push(pair("client_secret", kept.secret.expose()));
        }
        let request = ClientRequest {
            authorization: None,
            form: &form,
        };
        let recorder = ActivityRecorder {
            is_explorer_login: true,
            ..ActivityRecorder::new(ActivityKind::CodeExchange, origin)
        };
        self.end_explorer_logins(host).await?;
        self.token_for(request, recorder).await
    }

    /// 32 random bytes as 43 characters of base64.
    fn fresh(&self) -> String {
        let mut bytes = [0; 32];
        self.0.randomness.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}
