//! `POST /oauth/token` (RFC 6749 section 3.2): codes and refresh tokens for pairs of tokens.

mod authorization_code;
mod refresh_token;
mod request;
mod response;
mod rotation;

use latchkey_storage::{ActivityKind, TRACES};
use tracing::Instrument;

use self::request::{PARAMETERS, TokenRequest};
pub use self::response::TokenResponse;
use crate::activity::Trail;
use crate::params::Params;
use crate::{AuthorizationServer, EndpointError, ErrorCode, RequestOrigin};

/// A request to an endpoint that clients call with a form: token, revocation, introspection.
#[derive(Clone, Copy)]
pub struct ClientRequest<'a> {
    /// The value of the `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The fields of the body, decoded. Those of a query string are not for here (RFC 6749 section 2.3.1).
    pub form: &'a [(String, String)],
}

impl AuthorizationServer {
    /// Answers a token request. The answer is not to be cached (RFC 6749 section 5.1).
    pub async fn token(
        &self,
        request: ClientRequest<'_>,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, EndpointError> {
        self.token_for(request, Trail::new(ActivityKind::CodeExchange, origin))
            .await
    }

    /// The same, for whoever has begun the trail already.
    pub(crate) async fn token_for(
        &self,
        request: ClientRequest<'_>,
        mut trail: Trail<'_>,
    ) -> Result<TokenResponse, EndpointError> {
        let result = self.answer_token(request, &mut trail).await;
        self.record_result(trail, &result).await;
        result
    }

    async fn answer_token(
        &self,
        request: ClientRequest<'_>,
        trail: &mut Trail<'_>,
    ) -> Result<TokenResponse, EndpointError> {
        let params = Params::new(request.form, PARAMETERS);
        if let Ok(Some("refresh_token")) = params.get("grant_type") {
            trail.kind = ActivityKind::Refresh;
        }
        let by_token = (trail.kind == ActivityKind::Refresh).then_some("refresh_token");
        let client = self.client_of(request, &params, by_token, trail).await?;
        let application = &client.application;
        params.check()?;
        let request = TokenRequest::read(&params)?;
        // Not `invalid_grant`, at which clients throw their refresh token away: a pause ends.
        if application.is_paused() {
            return Err(EndpointError::refused(
                ErrorCode::UnauthorizedClient,
                "a host of the network paused this application; try again when it is resumed",
            ));
        }
        match request {
            TokenRequest::Code(request) => {
                self.exchange_code(request, application, trail)
                    .instrument(tracing::debug_span!(target: TRACES, "token.authorization_code"))
                    .await
            }
            TokenRequest::Refresh(request) => {
                self.refresh(request, application, trail)
                    .instrument(tracing::debug_span!(target: TRACES, "token.refresh"))
                    .await
            }
        }
    }
}
