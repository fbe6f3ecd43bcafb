//! `POST /oauth/token` (RFC 6749 section 3.2): an application exchanges a grant for tokens. [`registry`] lists the
//! grant types.

mod authorization_code;
mod grant_type;
mod refresh_rotation;
mod refresh_token;
mod registry;
mod response;

use latchkey_storage::{ActivityKind, ActivityReason};

use self::grant_type::TokenRequest;
pub(crate) use self::registry::{COUNT, GRANT_TYPES};
pub use self::response::TokenResponse;
use crate::activity::ActivityRecorder;
use crate::params::Params;
use crate::{AuthorizationServer, EndpointError, ErrorCode, RequestOrigin};

/// A request to an endpoint that clients call with a form: token, revocation, introspection.
#[derive(Clone, Copy)]
pub struct ClientRequest<'a> {
    /// The value of the `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The decoded fields of the body. A query string must not be used (RFC 6749 section 2.3.1).
    pub form: &'a [(String, String)],
}

impl AuthorizationServer {
    /// Answers a token request. The response must not be cached (RFC 6749 section 5.1).
    pub async fn token(
        &self,
        request: ClientRequest<'_>,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, EndpointError> {
        let recorder = ActivityRecorder::new(ActivityKind::CodeExchange, origin);
        self.token_for(request, recorder).await
    }

    /// Like `token`, with a recorder that already knows more about the request.
    pub(crate) async fn token_for(
        &self,
        request: ClientRequest<'_>,
        mut recorder: ActivityRecorder<'_>,
    ) -> Result<TokenResponse, EndpointError> {
        let result = self.issue(request, &mut recorder).await;
        self.record_result(recorder, &result).await;
        result
    }

    async fn issue(
        &self,
        request: ClientRequest<'_>,
        recorder: &mut ActivityRecorder<'_>,
    ) -> Result<TokenResponse, EndpointError> {
        let params = Params::new(request.form, &registry::parameters());
        let grant_type = registry::find(&params);
        let mut identified_by = None;
        if let Ok(grant_type) = &grant_type {
            recorder.kind = grant_type.activity;
            identified_by = grant_type.identified_by;
        }
        let client = self.client_of(request, &params, identified_by, recorder).await?;
        params.check()?;
        let grant_type = grant_type?;
        // Not `invalid_grant`, at which clients discard their refresh token: a pause ends.
        if client.application.is_paused() {
            return Err(EndpointError::refused(
                ErrorCode::UnauthorizedClient,
                ActivityReason::Paused,
                "a host of the network paused this application; try again when it is resumed",
            ));
        }
        let request = TokenRequest {
            server: self,
            params: &params,
            application: &client.application,
            recorder,
        };
        let response = (grant_type.issue)(request).await?;
        self.counters().count_tokens(grant_type.id);
        Ok(response)
    }
}
