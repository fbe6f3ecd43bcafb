//! What happens next, given who is signed in: pure rules on a valid request.

use latchkey_domain::{Application, ApplicationName, Member, RedirectUri, Role, ScopeSet, Timestamp};
use latchkey_storage::{ActivityReason, Proof, SessionId};

use super::error::{PageError, RedirectCode, RedirectError};
use super::redirect::Redirect;
use super::request::AuthorizationRequest;

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The signed-in member.
    pub member: Member,
    /// When the member entered a password. Returning to a session does not count.
    pub at: Timestamp,
    /// How the member signed in, if that is known.
    pub proof: Option<Proof>,
    /// The session. A code is only issued while it is open.
    pub session: Option<SessionId>,
}

/// What the HTTP layer does next.
#[derive(Debug)]
pub enum Decision {
    /// Lets the person sign in.
    SignIn(SignIn),
    /// Asks the person.
    Consent(Box<ConsentQuestion>),
    /// Sends the browser back to the application.
    Redirect(Redirect),
    /// Shows an error, because there is no trusted redirect URI.
    Page(PageError),
}

impl Decision {
    /// The decision's name.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::SignIn(_) => "sign_in",
            Self::Consent(_) => "consent",
            Self::Redirect(Redirect { error: None, .. }) => "code",
            Self::Redirect(_) => "error",
            Self::Page(_) => "page",
        }
    }
}

/// The person has to sign in, then come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The path and query to come back to.
    pub return_to: String,
    /// Which application asks.
    pub application: ApplicationName,
    /// Whether the person has to sign in despite having a session: the sign-in page has to show its form and open a
    /// new session.
    pub again: bool,
}

/// What the consent page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentQuestion {
    /// Which application asks.
    pub application: Application,
    /// Who is asked.
    pub member: Member,
    /// The requested scopes. Each has a checkbox named [`super::consent_form::APPROVED`] with the scope's id as its
    /// value.
    pub scopes: ScopeSet,
    /// What the member granted the application before, and did not revoke.
    pub granted_before: ScopeSet,
    /// Where the browser goes next. The page shows its [host](RedirectUri::host), and warns if it is a [loopback
    /// address](RedirectUri::is_loopback).
    pub redirect_uri: RedirectUri,
    /// Whether `redirect_uri` belongs to this server's own [explorer](crate::explorer_login).
    pub is_explorer_login: bool,
    /// The hidden fields of the form.
    pub hidden: Vec<(String, String)>,
    /// The path and query of this page, for “not you?”: sign out, sign in as someone else, return.
    pub return_to: String,
    /// Whether the person pressed Allow with nothing checked: the page says so and asks again.
    pub nothing_approved: bool,
}

/// The member signed in for this request; `None` if the person has to sign in first. `requested_at` is when the
/// request first arrived, if it already went through a sign-in: for `prompt=login` only a later sign-in counts, and so it does
/// for `max_age` if the one before is longer ago.
pub(super) fn signed_in<'a>(
    request: &AuthorizationRequest<'_>,
    signed_in: Option<&'a SignedIn>,
    requested_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<&'a SignedIn>, RedirectError> {
    let is_recent = |person: &&SignedIn| {
        let is_young = request.max_age.is_none_or(|most| now.since(person.at) <= most);
        (is_young && !request.prompt.login) || is_since(person, requested_at)
    };
    match signed_in.filter(is_recent) {
        None if request.prompt.none => Err(RedirectError::new(
            RedirectCode::LoginRequired,
            ActivityReason::PromptNone,
            if signed_in.is_some() {
                "the member signed in longer ago than `max_age`, and `prompt` is none"
            } else {
                "nobody is signed in, and `prompt` is none"
            },
        )),
        signed_in => Ok(signed_in),
    }
}

/// Whether the person signed in after the request first arrived.
pub(super) fn is_since(person: &SignedIn, requested_at: Option<Timestamp>) -> bool {
    requested_at.is_some_and(|at| person.at >= at)
}

/// Fails unless a person with this role may grant the requested scopes. Host scopes are not dropped silently: an
/// application that asks for them does not work without them.
pub(super) fn may_grant(request: &AuthorizationRequest<'_>, role: Role) -> Result<(), RedirectError> {
    let excess = request.scopes.without(role.grantable_scopes());
    if excess.is_empty() {
        return Ok(());
    }
    let words = format!(
        "only a host of the network can grant {excess}, and the person who is signed in is a {role}; ask for member \
         scopes only, or let a host authorize"
    );
    Err(RedirectError::new(
        RedirectCode::AccessDenied,
        ActivityReason::ScopeHostOnly,
        words,
    ))
}

/// Whether to ask the person, given what they granted the application before.
pub(super) fn asks(request: &AuthorizationRequest<'_>, remembered: ScopeSet) -> Result<bool, RedirectError> {
    if request.prompt.consent {
        return Ok(true);
    }
    // A host who lets an application skip the consent page grants it in advance.
    let granted_before =
        request.target.application.spec.skip_consent || remembered.contains_all(request.scopes);
    let asks = !granted_before || !knows_who_asks(request);
    if asks && request.prompt.none {
        let (code, words) = if granted_before {
            (
                RedirectCode::InteractionRequired,
                "a public application that returns to the device itself is asked about each time, and `prompt` is none",
            )
        } else {
            (
                RedirectCode::ConsentRequired,
                "the member has not granted all of this before, and `prompt` is none",
            )
        };
        return Err(RedirectError::new(code, ActivityReason::PromptNone, words));
    }
    Ok(asks)
}

/// Whether the application's identity is certain enough to skip the question because of an earlier consent or a
/// host's trust. Any program on a device can take a public client's id, listen on a loopback port or claim a
/// private-use scheme, and would get tokens unnoticed (RFC 6749 section 10.2, RFC 8252 section 8.6). It cannot take a
/// secret or an `https` address.
fn knows_who_asks(request: &AuthorizationRequest<'_>) -> bool {
    let uri = &request.target.registered;
    request.target.application.spec.client_type.is_confidential()
        || !(uri.is_loopback() || uri.is_private_use())
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;
