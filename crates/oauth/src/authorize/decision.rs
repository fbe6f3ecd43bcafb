//! What happens next, given who is signed in: pure rules on a request that is right in itself.

use latchkey_domain::{Application, ApplicationName, Member, RedirectUri, Role, ScopeSet, Timestamp};
use latchkey_storage::SessionId;

use super::error::{PageError, RedirectCode, RedirectError};
use super::redirect::Redirect;
use super::request::AuthorizationRequest;

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The member.
    pub member: Member,
    /// When the member signed in: gave a password, not just came back.
    pub at: Timestamp,
    /// In which session. A code is made only while it is open.
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
    /// Shows an error: there is nowhere to send the browser.
    Page(PageError),
}

impl Decision {
    /// What it is, in a word.
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
    /// Whether the person is asked to sign in though there is a session: the sign-in page has to show its form, and to
    /// open a new session.
    pub again: bool,
}

/// What the consent page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentQuestion {
    /// Which application asks.
    pub application: Application,
    /// Who is asked.
    pub member: Member,
    /// What the application asks for; a checkbox each, named [`super::consent_form::APPROVED`], with the scope's id.
    pub scopes: ScopeSet,
    /// Where the browser will be sent. The page shows its [host](RedirectUri::host), and warns if it is a
    /// [loopback address](RedirectUri::is_loopback).
    pub redirect_uri: RedirectUri,
    /// Whether that is this server's own [explorer](crate::explorer_login).
    pub is_explorer_login: bool,
    /// The hidden fields of the form.
    pub hidden: Vec<(String, String)>,
    /// The path and query of this page, for “not you?”: sign out, sign in as somebody else, come back.
    pub return_to: String,
    /// Whether the person pressed Allow with nothing ticked: the page says so, and asks again.
    pub nothing_approved: bool,
}

/// Whoever is signed in for this request; `None` if the person has to sign in first.
///
/// `requested_at` is when the request first came, if it went through a sign-in already: for `prompt=login` only a sign-in since
/// then counts.
pub(super) fn signed_in<'a>(
    request: &AuthorizationRequest<'_>,
    signed_in: Option<&'a SignedIn>,
    requested_at: Option<Timestamp>,
) -> Result<Option<&'a SignedIn>, RedirectError> {
    if request.prompt.login {
        return Ok(signed_in.filter(|person| requested_at.is_some_and(|at| person.at >= at)));
    }
    match signed_in {
        None if request.prompt.none => Err(RedirectError::new(
            RedirectCode::LoginRequired,
            "nobody is signed in, and `prompt` is none",
        )),
        signed_in => Ok(signed_in),
    }
}

/// Fails unless a person with this role may grant what is asked for. Host scopes are not left out silently: an
/// application that asks for them is of no use without them.
pub(super) fn may_grant(request: &AuthorizationRequest<'_>, role: Role) -> Result<(), RedirectError> {
    let excess = request.scopes.without(role.grantable_scopes());
    if excess.is_empty() {
        return Ok(());
    }
    let words = format!(
        "only a host of the network can grant {excess}, and the person who is signed in is a {role}; ask for member \
         scopes only, or let a host authorize"
    );
    Err(RedirectError::new(RedirectCode::AccessDenied, words))
}

/// Whether the person has to be asked, given what the person granted to the application before.
pub(super) fn asks(request: &AuthorizationRequest<'_>, remembered: ScopeSet) -> Result<bool, RedirectError> {
    if request.prompt.consent {
        return Ok(true);
    }
    // A host who lets an application skip the consent page grants it in advance, so to say.
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
        return Err(RedirectError::new(code, words));
    }
    Ok(asks)
}

/// Whether it is certain enough that the application is the one that it says it is for an earlier consent, or a host's
/// trust in it, to count without asking. Any program on a device can take a public client's id, listen on a loopback port or claim a
/// private-use scheme; it would be handed tokens without anybody noticing (RFC 6749 section 10.2, RFC 8252 section
/// 8.6). A secret or an `https` address cannot be taken like that.
fn knows_who_asks(request: &AuthorizationRequest<'_>) -> bool {
    let uri = &request.target.registered;
    request.target.application.spec.client_type.is_confidential()
        || !(uri.is_loopback() || uri.is_private_use())
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;
