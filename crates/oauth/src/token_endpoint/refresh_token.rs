//! A refresh (RFC 6749 section 6, RFC 9700 section 4.14). [`super::refresh_rotation`] decides its outcome.
//!
//! `scope` may narrow the access token, which contains its scopes under its MACs. The refresh token issued with it
//! keeps all that was granted, as section 6 requires. Many clients send the `scope` of the authorization request again:
//! what was not granted of it is left out.

use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::{ClientId, ScopeSet, Timestamp};
use latchkey_storage::{
    ActivityKind, ActivityReason, Grant, GrantChange, Resource, RevocationReason, TRACES,
};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tracing::Instrument;

use super::grant_type::{GrantType, RESOURCE_NOT_GRANTED, TokenRequest, may_name, scope};
use super::refresh_rotation::{self, Rotation, Terms};
use super::response::TokenResponse;
use crate::access::{duration_text, reason_text};
use crate::activity_limit::Event;
use crate::params::Params;
use crate::tokens::{Presented, ScopeLimit, TokenKey, TokenKind, Unreadable};
use crate::{EndpointError, ErrorCode, Lifetimes};

/// The grant type (RFC 6749 section 6).
pub(super) const GRANT_TYPE: GrantType = GrantType {
    id: "refresh_token",
    parameters: &["refresh_token", "scope"],
    activity: ActivityKind::Refresh,
    identified_by: Some("refresh_token"),
    issue: |request| {
        let span = tracing::debug_span!(target: TRACES, "token.refresh");
        Box::pin(refresh(request).instrument(span))
    },
};

/// The parameters.
#[derive(Debug)]
struct RefreshParameters {
    refresh_token: SecretString,
    /// The scopes to narrow the access token to.
    scope: Option<ScopeSet>,
}

impl RefreshParameters {
    fn read(params: &Params<'_>) -> Result<Self, EndpointError> {
        Ok(Self {
            refresh_token: params.required("refresh_token")?.into(),
            scope: scope(params)?,
        })
    }
}

/// Why tokens are not refreshed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum RefreshRefusal {
    #[error("`refresh_token` is not valid: {0}")]
    Unreadable(#[from] Unreadable),
    #[error("the refresh token no longer works: the member was removed or disconnected the application")]
    Gone,
    #[error("the refresh token was issued to another application")]
    OtherApplication,
    #[error("the refresh token was revoked: {}", reason_text(*.0))]
    Revoked(RevocationReason),
    #[error(
        "this refresh token was replaced by a newer one that is in use, so a copy of it may be in other hands; all \
         tokens of this grant are revoked now. Keep the newest refresh token only, and authorize again"
    )]
    Theft,
    #[error("the refresh token expired; authorize again")]
    Expired,
    #[error("a host of the network suspended the member; try again when the member is let in again")]
    Suspended,
    #[error("a token of the API explorer is not refreshed; sign in there again")]
    ExplorerLogin,
    #[error("the authorization ended: it lasts {}, however often its tokens are refreshed; authorize again", duration_text(*.0))]
    Ended(Duration),
    #[error("this server does not know the refresh token, as after a backup was restored; authorize again")]
    Unknown,
    #[error("`scope` has {0}, which was not granted; leave `scope` out for all that was granted")]
    Scope(ScopeSet),
    #[error("{RESOURCE_NOT_GRANTED}")]
    Resource,
}

impl RefreshRefusal {
    const fn reason(&self) -> ActivityReason {
        match self {
            Self::Unreadable(_) | Self::Unknown => ActivityReason::TokenInvalid,
            Self::Gone | Self::Revoked(_) => ActivityReason::Revoked,
            Self::OtherApplication => ActivityReason::TokenOfAnother,
            Self::Theft => ActivityReason::RefreshReused,
            Self::Expired => ActivityReason::RefreshExpired,
            Self::ExplorerLogin => ActivityReason::Explorer,
            Self::Suspended => ActivityReason::Suspended,
            Self::Ended(_) => ActivityReason::GrantEnded,
            Self::Scope(_) => ActivityReason::ScopeNotGranted,
            Self::Resource => ActivityReason::ResourceNotGranted,
        }
    }
}

impl From<RefreshRefusal> for EndpointError {
    fn from(refusal: RefreshRefusal) -> Self {
        let code = match refusal {
            RefreshRefusal::Scope(_) => ErrorCode::InvalidScope,
            RefreshRefusal::Resource => ErrorCode::InvalidTarget,
            // As with a paused application: clients would discard their refresh token at `invalid_grant`, and this ends.
            RefreshRefusal::Suspended => ErrorCode::UnauthorizedClient,
            _ => ErrorCode::InvalidGrant,
        };
        Self::refused(code, refusal.reason(), refusal.to_string())
    }
}

/// A refresh: everything that the decision depends on, except the grant.
struct Refresh {
    key: TokenKey,
    token: Presented,
    client_id: ClientId,
    scope: Option<ScopeSet>,
    resource: Option<Resource>,
    now: Timestamp,
    lifetimes: Lifetimes,
}

impl Refresh {
    /// The outcome of the refresh, or why it fails.
    fn judge(&self, grant: &Grant) -> Result<Rotation, RefreshRefusal> {
        if !self.key.confirms(&self.token, grant) {
            return Err(RefreshRefusal::Gone);
        }
        if grant.application.client_id != self.client_id {
            return Err(RefreshRefusal::OtherApplication);
        }
        if grant.is_explorer_login {
            return Err(RefreshRefusal::ExplorerLogin);
        }
        if grant.member.is_suspended() {
            return Err(RefreshRefusal::Suspended);
        }
        if grant.state.revoked.is_none() && self.now >= self.lifetimes.grant_end(grant) {
            return Err(RefreshRefusal::Ended(self.lifetimes.of_grant(grant)));
        }
        let terms = Terms {
            refresh_lifetime: self.lifetimes.refresh_token().duration(),
            lost_answer_grace: self.lifetimes.lost_answer_grace(),
        };
        let rotation = refresh_rotation::decide(&grant.state, &self.token.claims, self.now, terms);
        // A request for too much leaves the pair unchanged, but theft is still theft.
        match (rotation, self.scope) {
            (Rotation::Rotate(_) | Rotation::Repeat(_), Some(scope))
                if scope.intersection(grant.scopes).is_empty() =>
            {
                Err(RefreshRefusal::Scope(scope))
            }
            (Rotation::Rotate(_) | Rotation::Repeat(_), _) if !may_name(self.resource, grant) => {
                Err(RefreshRefusal::Resource)
            }
            (Rotation::Revoked(reason), _) => Err(RefreshRefusal::Revoked(reason)),
            (Rotation::Expired, _) => Err(RefreshRefusal::Expired),
            (Rotation::Unknown, _) => Err(RefreshRefusal::Unknown),
            (rotation, _) => Ok(rotation),
        }
    }

    fn change(&self, grant: &Grant) -> GrantChange {
        match self.judge(grant) {
            Ok(Rotation::Rotate(state) | Rotation::Repeat(state) | Rotation::Theft(state)) => {
                GrantChange::Set(state)
            }
            _ => GrantChange::Keep,
        }
    }
}

/// Answers with the next pair of tokens, or repeats the last one if that response may have been lost.
async fn refresh(request: TokenRequest<'_, '_>) -> Result<TokenResponse, EndpointError> {
    let TokenRequest {
        server,
        params,
        application,
        recorder,
    } = request;
    let parameters = RefreshParameters::read(params)?;
    let resource = server.requested_resource(params).await?;
    let signing_keys = server.signing_keys_for(application).await?;
    let text = parameters.refresh_token.expose_secret();
    let token = server
        .token_key()
        .read(TokenKind::Refresh, text)
        .map_err(RefreshRefusal::from)?;
    let id = token.claims.grant;
    let refresh = Arc::new(Refresh {
        key: server.token_key(),
        token,
        client_id: application.client_id.clone(),
        scope: parameters.scope,
        resource,
        now: server.now(),
        lifetimes: server.lifetimes(),
    });
    let decide = {
        let refresh = Arc::clone(&refresh);
        move |grant: &Grant| refresh.change(grant)
    };
    let (before, after) = server
        .store()
        .change_grant(id, Box::new(decide))
        .await?
        .ok_or(RefreshRefusal::Gone)?;
    // Another application must not learn which member it was.
    if before.application.client_id == application.client_id {
        recorder.member = Some(before.member.id);
    }
    let rotation = refresh.judge(&before)?;
    if matches!(rotation, Rotation::Theft(_)) {
        server.counters().refresh_replays.add();
        recorder.is_alarm = true;
        return Err(RefreshRefusal::Theft.into());
    }
    let limit = match refresh.scope.map(|scope| scope.intersection(after.scopes)) {
        Some(scopes) if scopes != after.scopes => ScopeLimit::to(scopes),
        _ => ScopeLimit::NONE,
    };
    let response = TokenResponse::of(
        &after,
        limit,
        &server.token_key(),
        refresh.now,
        server.lifetimes(),
    )
    .with_id_token(server, signing_keys.as_deref(), &after, (false, refresh.now))
    .await?;
    recorder.message = match rotation {
        Rotation::Repeat(_) => {
            let event = Event::OfGrant(id, "repeat");
            let is_news = server.0.activity_limit.admits(event, refresh.now);
            is_news.then(|| {
                "Answered a refresh with the same pair of tokens again: two requests raced, or an answer was lost."
                    .to_owned()
            })
        }
        // Recording later ones would push everything else out of the list.
        _ => (after.state.generation == 2).then(|| {
            format!(
                "Refreshed tokens with {} for the first time; later refreshes that work are not listed.",
                response.scopes_text()
            )
        }),
    };
    Ok(response)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::grant_type::tests::{read, refusal};
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Result<RefreshParameters, EndpointError> {
        read(pairs, GRANT_TYPE.parameters, RefreshParameters::read)
    }

    #[test]
    fn the_scope_narrows() {
        let read = parameters(&[("refresh_token", "x"), ("scope", "read:posts")]).unwrap();
        assert!(read.scope.is_some());
    }

    #[test]
    fn a_missing_token_is_named() {
        assert_eq!(
            refusal(parameters(&[("refresh_token", "")])),
            (ErrorCode::InvalidRequest, "`refresh_token` is missing".into())
        );
    }

    #[test]
    fn an_unknown_scope_is_named() {
        let (code, words) = refusal(parameters(&[("refresh_token", "x"), ("scope", "read:mail")]));
        assert_eq!(code, ErrorCode::InvalidScope);
        assert!(
            words.starts_with("`read:mail` is not a scope of this network. Its scopes are "),
            "{words}"
        );
    }

    #[test]
    fn white_space_alone_is_no_scope_that_narrows() {
        for scope in [" ", "\n", "\u{a0}\t"] {
            let read = parameters(&[("refresh_token", "x"), ("scope", scope)]).unwrap();
            assert!(read.scope.is_none());
        }
    }

    #[test]
    fn nothing_secret_prints() {
        let read = parameters(&[("refresh_token", "s3cret")]).unwrap();
        assert!(!format!("{read:?}").contains("s3cret"));
    }

    proptest! {
        #[test]
        fn any_parameters_are_read_or_refused_without_repeating_values(value in "S[a-z]{20}E", scope in ".{0,20}") {
            let result = parameters(&[("code", &value), ("refresh_token", &value), ("scope", &scope)]);
            if let Err(error) = result {
                prop_assert!(!error.description().contains(&value));
            }
        }
    }
}
