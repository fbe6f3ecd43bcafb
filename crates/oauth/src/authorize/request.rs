//! A request at the authorization endpoint (RFC 6749 section 4.1.1, RFC 7636 section 4.3), parsed once into a type
//! that holds only valid requests.

use latchkey_domain::ScopeSet;
use latchkey_storage::ActivityReason;

use super::client_target::ClientTarget;
use super::error::{RedirectCode, RedirectError};
use super::prompt::Prompt;
use super::requested_at;
use crate::narrowing::{LeftOut, Narrowed, narrow};
use crate::params::Params;
use crate::pkce::CodeChallenge;

/// The parameters that the endpoint knows.
pub(super) const PARAMETERS: &[&str] = &[
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
    "prompt",
    "request",
    "request_uri",
    requested_at::PARAMETER,
];

/// What an application asks for.
#[derive(Debug)]
pub(super) struct AuthorizationRequest<'a> {
    pub(super) target: &'a ClientTarget,
    /// The requested scopes; at least one, all registered for the application.
    pub(super) scopes: ScopeSet,
    /// What it named besides.
    pub(super) left_out: LeftOut,
    pub(super) code_challenge: Option<CodeChallenge>,
    pub(super) prompt: Prompt,
}

impl<'a> AuthorizationRequest<'a> {
    /// Reads a request whose application and redirect URI were already checked.
    pub(super) fn read(params: &Params<'_>, target: &'a ClientTarget) -> Result<Self, RedirectError> {
        params.check()?;
        if params.get("request")?.is_some() {
            return refuse(
                RedirectCode::RequestNotSupported,
                ActivityReason::Unsupported,
                "`request` is not supported; send plain parameters",
            );
        }
        if params.get("request_uri")?.is_some() {
            let words = "`request_uri` is not supported; send plain parameters";
            return refuse(
                RedirectCode::RequestUriNotSupported,
                ActivityReason::Unsupported,
                words,
            );
        }
        match params.get("response_type")? {
            Some("code") => {}
            Some(_) => {
                let words = "`response_type` is not supported; expected code";
                return refuse(
                    RedirectCode::UnsupportedResponseType,
                    ActivityReason::Unsupported,
                    words,
                );
            }
            None => {
                return refuse(
                    RedirectCode::InvalidRequest,
                    ActivityReason::Parameter,
                    "`response_type` is missing; expected code",
                );
            }
        }
        if params.get("response_mode")?.is_some_and(|mode| mode != "query") {
            return refuse(
                RedirectCode::InvalidRequest,
                ActivityReason::Unsupported,
                "`response_mode` is not supported; expected query",
            );
        }
        let spec = &target.application.spec;
        let code_challenge = CodeChallenge::read(
            params.get("code_challenge")?,
            params.get("code_challenge_method")?,
            !spec.client_type.is_confidential(),
        )?;
        if code_challenge.is_none() && params.get("state")?.is_none() {
            let words = "`state` is missing; without a `code_challenge` it is all that protects against forged answers";
            return refuse(RedirectCode::InvalidRequest, ActivityReason::StateMissing, words);
        }
        let Narrowed { scopes, left_out } = narrowed(params.get("scope")?, spec.scopes)?;
        Ok(Self {
            target,
            scopes,
            left_out,
            code_challenge,
            prompt: Prompt::read(params.get("prompt")?)?,
        })
    }
}

fn narrowed(requested: Option<&str>, registered: ScopeSet) -> Result<Narrowed, RedirectError> {
    narrow(requested, registered).map_err(|nothing| RedirectError {
        missing_scopes: nothing.unregistered,
        ..RedirectError::new(RedirectCode::InvalidScope, nothing.reason, nothing.description)
    })
}

fn refuse<T>(
    code: RedirectCode,
    reason: ActivityReason,
    words: impl Into<String>,
) -> Result<T, RedirectError> {
    Err(RedirectError::new(code, reason, words))
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
