//! `/oauth/logout`: an application asks to sign somebody out of the network, too (OpenID Connect RP-Initiated Logout 1.0).
//!
//! The link proves nothing: anybody can make it. So a person is asked, unless an ID token shows that the link is the
//! application's and means them. The browser only goes to an address that is registered for this.

use latchkey_domain::{Application, ClientId, MemberId};
use latchkey_storage::{ActivityKind, ActivityReason, SentClientId};

use crate::activity::{ActivityRecorder, NamedClient};
use crate::authorize::append;
use crate::params::Params;
use crate::{AuthorizationServer, PageError, RequestOrigin, description};

/// The path of the endpoint.
pub const PATH: &str = "/oauth/logout";

/// The parameters of section 2. `logout_hint` and `ui_locales` change nothing here.
const PARAMETERS: &[&str] = &["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

/// A request to sign somebody out.
#[derive(Clone, Debug)]
pub struct Logout {
    /// The application that asks, if the request says which.
    pub application: Option<Application>,
    /// The member whom the ID token names: the application has signed them in.
    pub member: Option<MemberId>,
    /// The registered address at which the application waits for the person, with its `state`.
    pub back: Option<String>,
    /// Whether the person stays here, although the application asked for something else. Activity says why.
    pub is_refused: bool,
}

/// What is wrong with a request, for Activity. The person can sign out in spite of it.
struct Problem {
    reason: ActivityReason,
    message: String,
}

impl AuthorizationServer {
    /// Reads the parameters of a request at the logout endpoint.
    pub async fn logout(
        &self,
        query: &[(String, String)],
        origin: &RequestOrigin,
    ) -> Result<Logout, PageError> {
        let params = Params::new(query, PARAMETERS);
        let mut recorder = ActivityRecorder::new(ActivityKind::SignOut, origin);
        if let Err(error) = params.check() {
            self.record_failure(recorder, ActivityReason::Parameter, &error.to_string())
                .await;
            return Err(PageError::Parameter(error));
        }
        let value = |name| params.get(name).ok().flatten();
        let hinted = match value("id_token_hint") {
            Some(id_token) => self.hinted(id_token).await?,
            None => None,
        };
        let application = match (value("client_id"), &hinted) {
            (Some(sent), _) => {
                recorder.client = NamedClient::Unknown(SentClientId::new(sent));
                self.named(sent).await?
            }
            (None, Some(hinted)) => self.store().application(&hinted.client_id).await?,
            (None, None) => None,
        };
        if let Some(application) = &application {
            recorder.client = NamedClient::known(&application.client_id);
        }
        recorder.member = hinted.as_ref().map(|hinted| hinted.member);
        let wanted = value("post_logout_redirect_uri");
        let back = match (value("client_id"), &hinted) {
            // Also one that no application has (section 2).
            (Some(sent), Some(hinted)) if sent != hinted.client_id.as_str() => Err(Problem {
                reason: ActivityReason::TokenOfAnother,
                message: "`client_id` names another application than the one that the ID token in `id_token_hint` was made for"
                    .to_owned(),
            }),
            _ => address(application.as_ref(), wanted, value("state")),
        };
        let is_refused = back.is_err();
        let back = match back {
            Ok(back) => back,
            Err(Problem { reason, message }) => {
                self.record_failure(recorder, reason, &message).await;
                None
            }
        };
        Ok(Logout {
            member: hinted.map(|hinted| hinted.member),
            application,
            back,
            is_refused,
        })
    }

    async fn named(&self, sent: &str) -> Result<Option<Application>, PageError> {
        match sent.parse::<ClientId>() {
            Ok(client_id) => Ok(self.store().application(&client_id).await?),
            Err(_) => Ok(None),
        }
    }
}

/// Where the browser goes after the sign-out: nowhere else, or to the address that the request names, if it is registered.
fn address(
    application: Option<&Application>,
    wanted: Option<&str>,
    state: Option<&str>,
) -> Result<Option<String>, Problem> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    let quoted = description::quoted(wanted, 300);
    let Some(application) = application else {
        return Err(Problem {
            reason: ActivityReason::ClientIdMissing,
            message: format!(
                "`post_logout_redirect_uri` was `{quoted}`, and neither `client_id` nor `id_token_hint` names an application of \
                 this network that it could be registered for"
            ),
        });
    };
    let registered = application.spec.post_logout_redirect_uris.as_ref();
    let target = registered
        .filter(|registered| registered.find(wanted).is_some())
        .and_then(|_| wanted.parse().ok());
    match target {
        Some(target) => Ok(Some(match state {
            Some(state) => append(&target, &[("state", state)]),
            None => target.as_str().to_owned(),
        })),
        None => Err(Problem {
            reason: ActivityReason::LogoutUriUnregistered,
            message: format!(
                "`post_logout_redirect_uri` was `{quoted}`, which is not registered for {} as an address after sign-out",
                application.spec.name
            ),
        }),
    }
}
