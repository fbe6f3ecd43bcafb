//! What an application's integrator can read afterwards: each authorization, each exchange of a code, and each
//! failure with advice on what to do.
//!
//! Frequent routine events are left out: refreshes after a grant's first (the application's page shows when it was
//! last used), and the same refused token more than once a minute. The number of failures kept per minute is limited,
//! since anyone can cause them.

use latchkey_domain::{ClientId, MemberId, Timestamp};
pub use latchkey_storage::ActivityKind;
use latchkey_storage::NewActivity;

use crate::activity_limit::Event;
use crate::{AuthorizationServer, EndpointError};

/// Where a request came from, for its activity entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestOrigin {
    /// The client's address.
    pub address: Option<String>,
    /// The request's id, as in the log and the response.
    pub request_id: Option<String>,
}

/// The activity entry of a request, filled in as the request is read. Without a client nothing is recorded: no
/// integrator could read it.
pub(crate) struct ActivityRecorder<'a> {
    pub(crate) kind: ActivityKind,
    pub(crate) origin: &'a RequestOrigin,
    pub(crate) client: Option<ClientId>,
    pub(crate) member: Option<MemberId>,
    /// A redirect URI that a host may want to register.
    pub(crate) redirect_uri: Option<String>,
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
            client: None,
            member: None,
            redirect_uri: None,
            is_explorer_login: false,
            is_alarm: false,
            message: None,
        }
    }

    fn into_activity(self, at: Timestamp, succeeded: bool, message: String) -> Option<NewActivity> {
        Some(NewActivity {
            client_id: self.client?,
            at,
            kind: self.kind,
            succeeded,
            is_alarm: self.is_alarm,
            message,
            redirect_uri: self.redirect_uri,
            member: self.member,
            address: self.origin.address.clone(),
            request_id: self.origin.request_id.clone(),
        })
    }
}

impl AuthorizationServer {
    /// Records a refused request, unless there were too many recently.
    pub(crate) async fn record_failure(&self, mut recorder: ActivityRecorder<'_>, description: &str) {
        let Some(client) = &recorder.client else {
            return;
        };
        let event = if recorder.is_alarm {
            // Other failures must not prevent this entry.
            Event::Alarm(client.clone(), recorder.member)
        } else {
            Event::Failure(client.clone(), recorder.member)
        };
        if !self.0.activity_limit.admits(event, self.now()) {
            return;
        }
        let message = recorder.message.take().unwrap_or_else(|| description.to_owned());
        self.record(recorder, false, message).await;
    }

    /// Records a successful request if it has an entry.
    pub(crate) async fn record_success(&self, mut recorder: ActivityRecorder<'_>) {
        if let Some(message) = recorder.message.take() {
            self.record(recorder, true, message).await;
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
            Err(EndpointError::Refused { description, .. }) => {
                self.record_failure(recorder, description).await;
            }
            Err(EndpointError::Unavailable(_)) => {}
        }
    }

    async fn record(&self, recorder: ActivityRecorder<'_>, succeeded: bool, message: String) {
        let Some(activity) = recorder.into_activity(self.now(), succeeded, message) else {
            return;
        };
        // The response is valid even if recording it fails.
        if let Err(error) = self.store().record_activity(vec![activity]).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not record an activity entry"
            );
        }
    }
}
