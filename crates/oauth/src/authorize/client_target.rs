//! Which application asks, and where the response goes. Nothing is redirected until both are known and belong
//! together (RFC 6749 sections 3.1.2.4 and 4.1.2.1, RFC 9700 section 4.1).

use latchkey_domain::redirect_uri::difference;
use latchkey_domain::{Application, ClientId, RedirectUri};
use latchkey_storage::SentClientId;

use super::error::{PageError, RedirectError};
use super::redirect::{Redirect, append};
use crate::activity::{ActivityRecorder, NamedClient};
use crate::params::Params;
use crate::{AuthorizationServer, RequestOrigin, description};

/// An application and one of its registered redirect URIs.
#[derive(Clone, Debug)]
pub(super) struct ClientTarget {
    pub(super) application: Application,
    /// The registered URI.
    pub(super) registered: RedirectUri,
    /// The URI as it was sent; `None` if it was left out (section 3.1.2.3).
    pub(super) requested: Option<String>,
    /// Where the response goes: the requested URI, which may have its own port on a loopback address.
    pub(super) redirect_uri: RedirectUri,
    state: Option<String>,
    issuer: String,
}

impl ClientTarget {
    /// The URL of a response: `parameters`, the unchanged state (section 4.1.2), and the issuer (RFC 9207 section 2).
    pub(super) fn location(&self, parameters: &[(&str, &str)]) -> String {
        let mut all = parameters.to_vec();
        if let Some(state) = &self.state {
            all.push(("state", state));
        }
        all.push(("iss", &self.issuer));
        append(&self.redirect_uri, &all)
    }

    /// Sends an error. Its description has the request's id, so that the integrator finds the entry in Activity.
    pub(super) fn refuse(&self, error: RedirectError, origin: &RequestOrigin) -> Redirect {
        let mut words = description::plain(&error.description);
        if let Some(id) = &origin.request_id {
            words.push_str(&description::plain(&format!(" (request {id})")));
        }
        let parameters = [("error", error.code.id()), ("error_description", words.as_str())];
        Redirect {
            location: self.location(&parameters),
            error: Some(error.code),
            cause: error.cause,
        }
    }
}

impl AuthorizationServer {
    /// Finds the target of a request's response.
    pub(super) async fn client_target(
        &self,
        params: &Params<'_>,
        recorder: &mut ActivityRecorder<'_>,
    ) -> Result<ClientTarget, PageError> {
        let sent = params
            .get("client_id")
            .map_err(PageError::Parameter)?
            .ok_or(PageError::ClientIdMissing)?;
        recorder.client = NamedClient::Unknown(SentClientId::new(sent));
        let client_id: ClientId = sent.parse().map_err(PageError::ClientIdMalformed)?;
        let application =
            self.store()
                .application(&client_id)
                .await?
                .ok_or_else(|| match client_id.unusual() {
                    Some(error) => PageError::ClientIdMalformed(error),
                    None => PageError::UnknownApplication,
                })?;
        recorder.client = NamedClient::known(&client_id);
        let requested = params.get("redirect_uri").map_err(PageError::Parameter)?;
        let (registered, redirect_uri) = match requested {
            None => {
                let only = application.spec.redirect_uris.only();
                let only =
                    only.ok_or_else(|| PageError::RedirectUriMissing(application.spec.name.clone()))?;
                (only.clone(), only.clone())
            }
            Some(requested) => match matching(&application, requested).or_else(|| self.explorer(requested)) {
                Some(both) => both,
                None => return Err(mismatch(&application, requested, recorder)),
            },
        };
        Ok(ClientTarget {
            registered,
            requested: requested.map(str::to_owned),
            redirect_uri,
            // A malformed state is its own error; that response has no state.
            state: params.get("state").ok().flatten().map(str::to_owned),
            issuer: self.issuer().to_owned(),
            application,
        })
    }
}

impl AuthorizationServer {
    /// The explorer of this server, which can sign in as any application without being registered.
    fn explorer(&self, requested: &str) -> Option<(RedirectUri, RedirectUri)> {
        let own = self.explorer_redirect_uri()?;
        (own.as_str() == requested).then(|| (own.clone(), own))
    }
}

/// The registered URI that was requested, and the requested one.
fn matching(application: &Application, requested: &str) -> Option<(RedirectUri, RedirectUri)> {
    let registered = application.spec.redirect_uris.find(requested)?;
    Some((registered.clone(), requested.parse().ok()?))
}

/// The error for an unregistered redirect URI. The recorder tells the integrator which ones are registered and offers
/// to add this one.
fn mismatch(application: &Application, sent: &str, recorder: &mut ActivityRecorder<'_>) -> PageError {
    let uris = &application.spec.redirect_uris;
    // The registered URI that was probably meant: another slash counts as closer than another path.
    let closest = uris
        .iter()
        .filter_map(|uri| Some((uri, difference(uri.as_str(), sent)?)))
        .min_by_key(|(_, words)| (words.contains("the path"), words.matches(" and ").count()));
    let quoted = description::quoted(sent, 300);
    let requested = sent.parse::<RedirectUri>().ok();
    let same_but_for_query = requested
        .as_ref()
        .and_then(|requested| uris.iter().find(|uri| uri.differs_only_in_query(requested)));
    recorder.message = Some(if let Some(registered) = same_but_for_query {
        format!(
            "redirect_uri was `{quoted}`, registered is `{registered}`: they differ only by the query. Registering it does \
             not help if the query changes with each request: the client has to send the registered address to the \
             letter, and what changes in `state`"
        )
    } else if let Some((registered, words)) = &closest {
        format!("redirect_uri was `{quoted}`, registered is `{registered}`: {words}")
    } else {
        let registered: Vec<_> = uris.iter().take(3).map(|uri| format!("`{uri}`")).collect();
        let more = if uris.iter().nth(3).is_some() {
            " and others"
        } else {
            ""
        };
        format!(
            "redirect_uri was `{quoted}`, which is not registered; registered: {}{more}",
            registered.join(", ")
        )
    });
    let could_be_added = same_but_for_query.is_none()
        && requested
            .is_some_and(|uri| !(uri.is_private_use() && application.spec.client_type.is_confidential()));
    recorder.redirect_uri = could_be_added.then(|| sent.to_owned());
    PageError::RedirectUriMismatch {
        application: application.spec.name.clone(),
        sent: quoted,
        difference: closest.map(|(_, words)| words),
        only_query: same_but_for_query.is_some(),
    }
}

#[cfg(test)]
impl ClientTarget {
    /// A target for the unit tests of later steps.
    pub(super) fn of(application: Application, state: Option<&str>) -> Self {
        let registered = application.spec.redirect_uris.iter().next().unwrap().clone();
        Self {
            redirect_uri: registered.clone(),
            registered,
            requested: None,
            state: state.map(str::to_owned),
            issuer: "https://net.example".into(),
            application,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::RedirectCode;
    use super::*;
    use crate::testing::application;

    fn mismatched(registered: &str, confidential: bool, sent: &str) -> (PageError, String, Option<String>) {
        let origin = RequestOrigin::default();
        let mut recorder = ActivityRecorder::new(latchkey_storage::ActivityKind::Authorization, &origin);
        let error = mismatch(&application(registered, confidential), sent, &mut recorder);
        (error, recorder.message.unwrap(), recorder.redirect_uri)
    }

    #[test]
    fn a_mismatch_is_explained_and_can_be_added() {
        let (error, message, candidate) = mismatched(
            "https://x.example/other\nhttps://x.example/cb",
            true,
            "https://x.example/cb/",
        );
        assert_eq!(
            message,
            "redirect_uri was `https://x.example/cb/`, registered is `https://x.example/cb`: they differ by a trailing \
             slash"
        );
        assert_eq!(candidate.as_deref(), Some("https://x.example/cb/"));
        assert_eq!(
            error.to_string(),
            "Mobile App asked to send you back to “https://x.example/cb/”, which is not registered for it (compared \
             with one that is, they differ by a trailing slash). For your safety you stay here."
        );
    }

    #[test]
    fn what_could_not_be_registered_is_not_offered() {
        for sent in [
            "javascript:alert(1)",
            "http://evil.example/",
            "com.example.app:/cb",
            "https://x.example/#f",
        ] {
            assert_eq!(mismatched("https://x.example/cb", true, sent).2, None, "{sent}");
        }
        assert!(
            mismatched("https://x.example/cb", false, "com.example.app:/cb")
                .2
                .is_some()
        );
    }

    #[test]
    fn one_that_has_nothing_in_common_is_named_beside_what_is_registered() {
        let registered = [0, 1, 2, 3, 4]
            .map(|n| format!("https://x.example/{n}"))
            .join("\n");
        let (_, message, _) = mismatched(&registered, true, "https://evil.example/");
        assert_eq!(
            message,
            "redirect_uri was `https://evil.example/`, which is not registered; registered: `https://x.example/0`, \
             `https://x.example/1`, `https://x.example/2` and others"
        );
    }

    #[test]
    fn an_error_goes_back_with_state_issuer_and_request_id() {
        let target = ClientTarget::of(application("https://x.example/cb?t=1", true), Some("s t"));
        let origin = RequestOrigin {
            request_id: Some("r-1".into()),
            ..RequestOrigin::default()
        };
        let error = RedirectError::new(
            RedirectCode::InvalidScope,
            latchkey_storage::ActivityReason::ScopeUnknown,
            "`read:mail” is unknown",
        );
        assert_eq!(
            target.refuse(error, &origin).location,
            "https://x.example/cb?t=1&error=invalid_scope&error_description=%60read%3Amail%27+is+unknown+%28request+r-1%29\
             &state=s+t&iss=https%3A%2F%2Fnet.example"
        );
    }
}
