//! What an application's integrator can read afterwards: each authorization, each exchange of a code, and each
//! failure with advice on what to do.
//!
//! Frequent routine events are left out: refreshes after a grant's first (the application's page shows when it was
//! last used), and the same refused token more than once a minute. The number of failures kept per minute is limited,
//! since anyone can cause them: one of each different failure is kept, and the rest is counted.

use latchkey_domain::{ClientId, MemberId, ScopeSet, Timestamp};
pub use latchkey_storage::{ActivityKind, ActivityReason};
use latchkey_storage::{NewActivity, SentClientId, StoreError};

use crate::activity_limit::Failing;
use crate::{AuthorizationServer, EndpointError};

/// Where a request came from, for its activity entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestOrigin {
    /// The client's address.
    pub address: Option<String>,
    /// The request's id, as in the log and the response.
    pub request_id: Option<String>,
}

/// What failed in a request to the Headless API.
#[derive(Clone, Debug)]
pub struct ApiFailure<'a> {
    /// The application that sent it.
    pub application: &'a ClientId,
    /// The member in whose name.
    pub member: MemberId,
    /// Why it failed.
    pub reason: ActivityReason,
    /// What failed, without values that change with each request.
    pub message: String,
    /// The scopes that the token lacks.
    pub missing_scopes: ScopeSet,
}

/// What failed when somebody signed in with an account at a provider.
#[derive(Clone, Debug)]
pub struct ProviderFailure {
    /// The client id of the application that sent the person, if one did.
    pub application: Option<SentClientId>,
    /// The member, if it is known who.
    pub member: Option<MemberId>,
    /// Why it failed.
    pub reason: ActivityReason,
    /// What failed and what to do, for hosts.
    pub message: String,
}

/// The application that a request names.
#[derive(Debug, Default)]
pub(crate) enum NamedClient {
    /// None.
    #[default]
    Nobody,
    /// None that is here: the client id as it was sent.
    Unknown(SentClientId),
    /// One that is here.
    Known(SentClientId),
}

impl NamedClient {
    pub(crate) fn known(client_id: &ClientId) -> Self {
        Self::Known(client_id.into())
    }

    const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    fn into_sent(self) -> SentClientId {
        match self {
            Self::Nobody => SentClientId::new(""),
            Self::Unknown(sent) | Self::Known(sent) => sent,
        }
    }
}

/// The activity entry of a request, filled in as the request is read.
pub(crate) struct ActivityRecorder<'a> {
    pub(crate) kind: ActivityKind,
    pub(crate) origin: &'a RequestOrigin,
    pub(crate) client: NamedClient,
    /// Whether the application proved that the request is its own.
    pub(crate) authenticated: bool,
    pub(crate) member: Option<MemberId>,
    /// A redirect URI that a host may want to register.
    pub(crate) redirect_uri: Option<String>,
    /// Scopes that a host may want to register.
    pub(crate) missing_scopes: ScopeSet,
    /// Whether a host is trying the application out. The use of its secret is then not recorded, since the
    /// integration did not use it.
    pub(crate) is_explorer_login: bool,
    /// Whether the request is a sign of theft.
    pub(crate) is_alarm: bool,
    /// The entry's message. A failure uses its error's text by default.
    pub(crate) message: Option<String>,
}

impl<'a> ActivityRecorder<'a> {
    pub(crate) fn new(kind: ActivityKind, origin: &'a RequestOrigin) -> Self {
        Self {
            kind,
            origin,
            client: NamedClient::Nobody,
            authenticated: false,
            member: None,
            redirect_uri: None,
            missing_scopes: ScopeSet::EMPTY,
            is_explorer_login: false,
            is_alarm: false,
            message: None,
        }
    }

    fn into_activity(self, at: Timestamp, message: String) -> NewActivity {
        NewActivity {
            is_alarm: self.is_alarm,
            authenticated: self.authenticated,
            redirect_uri: self.redirect_uri,
            missing_scopes: self.missing_scopes,
            member: self.member,
            address: self.origin.address.clone(),
            request_id: self.origin.request_id.clone(),
            ..NewActivity::failed(self.client.into_sent(), at, self.kind, message)
        }
    }
}

impl AuthorizationServer {
    /// Records a refused request, or counts it if there were too many recently.
    pub(crate) async fn record_failure(
        &self,
        mut recorder: ActivityRecorder<'_>,
        reason: ActivityReason,
        description: &str,
    ) {
        let is_known = recorder.client.is_known();
        let reason = match &recorder.client {
            NamedClient::Unknown(sent)
                if reason == ActivityReason::ClientUnknown && self.was_deleted(sent).await =>
            {
                ActivityReason::ClientDeleted
            }
            _ => reason,
        };
        let message = recorder.message.take().unwrap_or_else(|| description.to_owned());
        let event = NewActivity {
            reason: Some(reason),
            ..recorder.into_activity(self.now(), message)
        };
        self.keep_failure(event, is_known).await;
    }

    /// Whether an application had this client id. If the store cannot say, it is not known.
    async fn was_deleted(&self, sent: &SentClientId) -> bool {
        match sent.as_str().parse::<ClientId>() {
            Ok(client_id) => self.store().was_deleted(&client_id).await.unwrap_or(false),
            Err(_) => false,
        }
    }

    /// Records what failed in a request to the Headless API, unless there was too much of it recently.
    pub async fn record_api_failure(&self, failure: ApiFailure<'_>, origin: &RequestOrigin) {
        let event = NewActivity {
            authenticated: true,
            reason: Some(failure.reason),
            missing_scopes: failure.missing_scopes,
            member: Some(failure.member),
            address: origin.address.clone(),
            request_id: origin.request_id.clone(),
            ..NewActivity::failed(
                failure.application,
                self.now(),
                ActivityKind::ApiCall,
                failure.message,
            )
        };
        self.keep_failure(event, true).await;
    }

    /// Records a sign-in at a provider that failed, unless there were too many recently.
    pub async fn record_provider_failure(&self, failure: ProviderFailure, origin: &RequestOrigin) {
        let client = failure.application.unwrap_or_else(|| SentClientId::new(""));
        let event = NewActivity {
            reason: Some(failure.reason),
            member: failure.member,
            address: origin.address.clone(),
            request_id: origin.request_id.clone(),
            ..NewActivity::failed(client, self.now(), ActivityKind::ProviderSignIn, failure.message)
        };
        self.keep_failure(event, false).await;
    }

    async fn keep_failure(&self, event: NewActivity, is_known: bool) {
        let failing = Failing::of(&event, is_known);
        if self.0.activity_limit.admits_failure(failing, &event) {
            self.keep(event).await;
        }
    }

    /// Records a successful request if it has an entry.
    pub(crate) async fn record_success(&self, mut recorder: ActivityRecorder<'_>) {
        if let Some(message) = recorder.message.take() {
            let event = NewActivity {
                succeeded: true,
                ..recorder.into_activity(self.now(), message)
            };
            self.keep(event).await;
        }
    }

    /// Records a request to an endpoint that answers in JSON. A store failure is not recorded: the store could not
    /// keep it, and the client did nothing wrong.
    pub(crate) async fn record_result<T>(
        &self,
        recorder: ActivityRecorder<'_>,
        result: &Result<T, EndpointError>,
    ) {
        match result {
            Ok(_) => self.record_success(recorder).await,
            Err(EndpointError::Refused {
                reason, description, ..
            }) => {
                self.record_failure(recorder, *reason, description).await;
            }
            Err(EndpointError::Unavailable(_)) => {}
        }
    }

    /// Writes down how many failures were not kept since the last call. What could not be written is kept for the
    /// next one. What happened before the call is in the store after it, even if another task was writing it.
    pub async fn write_unkept(&self) -> Result<(), StoreError> {
        let limit = &self.0.activity_limit;
        let _writing = limit.writing.lock().await;
        let unkept = limit.take_unkept();
        if unkept.is_empty() {
            return Ok(());
        }
        let written = self.store().count_unkept(unkept.clone()).await;
        if written.is_err() {
            for failures in unkept {
                limit.count_unkept(failures);
            }
        }
        written
    }

    async fn keep(&self, event: NewActivity) {
        // The response is valid even if recording it fails.
        if let Err(error) = self.store().record_activity(vec![event]).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not record an activity entry"
            );
        }
    }
}
