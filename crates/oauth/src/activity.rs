//! What an application's integrator can read afterwards: each authorization, each exchange of a code, and everything
//! that failed, in words to act on.
//!
//! What is routine and frequent is left out: refreshes after a grant's first (the card says when the application was last
//! used), and the same refused token more than once a minute. Of failures only so many a minute are kept, since anybody
//! can cause them.

use latchkey_domain::{ClientId, MemberId, Timestamp};
pub use latchkey_storage::ActivityKind;
use latchkey_storage::NewActivity;

use crate::activity_limit::Event;
use crate::{AuthorizationServer, EndpointError};

/// Where a request came from, for the entries that it leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestOrigin {
    /// The client's address.
    pub address: Option<String>,
    /// The request's id, which the log and the answer carry too.
    pub request_id: Option<String>,
}

/// The entry that a request will leave, filled in as the request is understood. Without a client nothing is left:
/// there is nobody who could read it.
pub(crate) struct ActivityRecorder<'a> {
    pub(crate) kind: ActivityKind,
    pub(crate) origin: &'a RequestOrigin,
    pub(crate) client: Option<ClientId>,
    pub(crate) member: Option<MemberId>,
    /// A redirect URI that a host may want to add.
    pub(crate) redirect_uri: Option<String>,
    /// Whether a host tries the application out: then no use of its secret is written down, since it is not the
    /// integration that used it.
    pub(crate) is_explorer_login: bool,
    /// Whether the request is a sign of theft.
    pub(crate) is_alarm: bool,
    /// What to say; a failure says what its error says unless there is more to tell.
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
    /// Leaves the entry of a request that was refused, unless too many were lately.
    pub(crate) async fn record_failure(&self, mut recorder: ActivityRecorder<'_>, description: &str) {
        let Some(client) = &recorder.client else {
            return;
        };
        let event = if recorder.is_alarm {
            // Other failures must not keep it from being recorded.
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

    /// Leaves the entry of a request that worked, if there is something to say.
    pub(crate) async fn record_success(&self, mut recorder: ActivityRecorder<'_>) {
        if let Some(message) = recorder.message.take() {
            self.record(recorder, true, message).await;
        }
    }

    /// Leaves the entry of a request to an endpoint that answers in JSON. Where the store failed there is none: it
    /// could not keep it either, and it was no fault of the client.
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
        // The answer stands whether or not it could be noted.
        if let Err(error) = self.store().record_activity(vec![activity]).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not record an activity entry"
            );
        }
    }
}
