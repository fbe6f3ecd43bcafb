//! `POST /oauth/revoke` (RFC 7009): a client revokes its access. Either token ends the whole grant with all tokens
//! issued from it, as section 2.1 requires for refresh tokens and allows for access tokens.

use latchkey_domain::Application;
use latchkey_storage::{ActivityKind, ActivityReason, Grant, GrantChange, GrantState, RevocationReason};

use crate::activity::ActivityRecorder;
use crate::params::Params;
use crate::token_endpoint::ClientRequest;
use crate::tokens::TokenKind;
use crate::{AuthorizationServer, EndpointError, ErrorCode, RequestOrigin};

/// `token_type_hint` is not needed: a token shows its type (section 2.1 allows ignoring the hint).
const PARAMETERS: &[&str] = &["token", "token_type_hint", "client_id", "client_secret"];

impl AuthorizationServer {
    /// Ends the grant of a token. `Ok` means 200, also for a token that is unknown, expired or already revoked
    /// (section 2.2): the client could do nothing about it.
    ///
    /// Fails with `unauthorized_client`, and revokes nothing, if the token belongs to another application (section
    /// 2.1).
    pub async fn revoke(
        &self,
        request: ClientRequest<'_>,
        origin: &RequestOrigin,
    ) -> Result<(), EndpointError> {
        let mut recorder = ActivityRecorder::new(ActivityKind::Revocation, origin);
        let result = self.answer_revoke(request, &mut recorder).await;
        self.record_result(recorder, &result).await;
        result
    }

    async fn answer_revoke(
        &self,
        request: ClientRequest<'_>,
        recorder: &mut ActivityRecorder<'_>,
    ) -> Result<(), EndpointError> {
        let params = Params::new(request.form, PARAMETERS);
        let client = match self.client_of(request, &params, Some("token"), recorder).await {
            // Without a client id, only the token identifies its client. If its grant is gone, it is already revoked.
            Err(error) if error.code() == ErrorCode::InvalidGrant => return Ok(()),
            client => client?,
        };
        let application = &client.application;
        params.check()?;
        let text = params.required("token")?;
        let Ok(token) = self.token_key().read_any(text) else {
            return Ok(());
        };
        if token.kind == TokenKind::Code {
            return Ok(());
        }
        // Looks up first: a request that changes nothing should not wait for a write.
        let Some(grant) = self.confirmed_grant(&token).await? else {
            return Ok(());
        };
        if grant.application.client_id != application.client_id {
            return Err(EndpointError::refused(
                ErrorCode::UnauthorizedClient,
                ActivityReason::TokenOfAnother,
                "the token was issued to another application; only that one can revoke it",
            ));
        }
        if grant.state.revoked.is_none() {
            self.end(&grant, application, recorder).await?;
        }
        Ok(())
    }

    async fn end(
        &self,
        grant: &Grant,
        application: &Application,
        recorder: &mut ActivityRecorder<'_>,
    ) -> Result<(), EndpointError> {
        let now = self.now();
        let (salt, client_id) = (grant.salt, application.client_id.clone());
        let decide = move |grant: &Grant| {
            if grant.state.revoked.is_some() || grant.salt != salt || grant.application.client_id != client_id
            {
                return GrantChange::Keep;
            }
            let revoked = Some((now, RevocationReason::Client));
            GrantChange::Set(GrantState {
                revoked,
                ..grant.state.clone()
            })
        };
        self.store().change_grant(grant.id, Box::new(decide)).await?;
        self.counters().revocations.add();
        recorder.member = Some(grant.member.id);
        recorder.message = Some("The application revoked its tokens.".to_owned());
        Ok(())
    }
}
