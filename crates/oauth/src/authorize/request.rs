//! A request at the authorization endpoint (RFC 6749 section 4.1.1, RFC 7636 section 4.3), parsed once into a type
//! that holds only valid requests.

use std::time::Duration;

use latchkey_domain::{Scope, ScopeSet};
use latchkey_storage::{ActivityReason, Resource};

use super::client_target::ClientTarget;
use super::error::{RedirectCode, RedirectError};
use super::prompt::Prompt;
use super::requested_at;
use crate::narrowing::{LeftOut, Narrowed, narrow};
use crate::params::{Params, RESOURCE};
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
    "nonce",
    "max_age",
    "login_hint",
    "id_token_hint",
    "request",
    "request_uri",
    RESOURCE,
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
    /// How long ago the person may have signed in (OpenID Connect Core section 3.1.2.1, as the two below).
    pub(super) max_age: Option<Duration>,
    /// What comes back in the ID token.
    pub(super) nonce: Option<&'a str>,
    /// An ID token that says who is meant.
    pub(super) id_token_hint: Option<&'a str>,
    /// What its tokens are for alone. To know it takes the network, so it is read apart.
    pub(super) resource: Option<Resource>,
}

impl<'a> AuthorizationRequest<'a> {
    /// Reads a request whose application and redirect URI were already checked.
    pub(super) fn read(params: &'a Params<'_>, target: &'a ClientTarget) -> Result<Self, RedirectError> {
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
        let Narrowed { scopes, left_out } = narrowed(params.get("scope")?, spec.scopes)?;
        let nonce = nonce(params)?;
        // The ID token brings the nonce back, which proves as much (RFC 9700 section 4.7.1).
        let is_bound = code_challenge.is_some() || (nonce.is_some() && scopes.contains(Scope::OpenId));
        if !is_bound && params.get("state")?.is_none() {
            let words = "`state` is missing; without a `code_challenge` it is all that protects against forged answers";
            return refuse(RedirectCode::InvalidRequest, ActivityReason::StateMissing, words);
        }
        Ok(Self {
            target,
            scopes,
            left_out,
            code_challenge,
            prompt: Prompt::read(params.get("prompt")?)?,
            max_age: max_age(params)?,
            nonce,
            id_token_hint: params.get("id_token_hint")?,
            resource: None,
        })
    }
}

/// The most bytes of a nonce: it is kept with the grant.
const MAX_NONCE: usize = 512;

fn nonce<'a>(params: &'a Params<'_>) -> Result<Option<&'a str>, RedirectError> {
    let nonce = params.get("nonce")?;
    match nonce.map(str::len) {
        Some(length) if length > MAX_NONCE => refuse(
            RedirectCode::InvalidRequest,
            ActivityReason::Parameter,
            format!("`nonce` has {length} bytes; at most {MAX_NONCE} are allowed"),
        ),
        _ => Ok(nonce),
    }
}

fn max_age(params: &Params<'_>) -> Result<Option<Duration>, RedirectError> {
    let Some(text) = params.get("max_age")? else {
        return Ok(None);
    };
    match text.parse() {
        Ok(seconds) => Ok(Some(Duration::from_secs(seconds))),
        Err(_) => refuse(
            RedirectCode::InvalidRequest,
            ActivityReason::Parameter,
            "`max_age` is not a number of seconds",
        ),
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
