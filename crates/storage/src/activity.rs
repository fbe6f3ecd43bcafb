//! What happened to an application's authorizations and tokens, for the integrator who wonders why something fails.

use async_trait::async_trait;
use latchkey_domain::{ClientId, MemberId, Timestamp, limits};

use crate::StoreError;
use crate::shared::cut;

/// The most characters of a message that are kept.
const MESSAGE_LENGTH: usize = 1_000;

/// The most characters of a redirect URI, which the client may have made up.
const REDIRECT_URI_LENGTH: usize = 2_048;

/// The kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityKind {
    /// A request at the authorization endpoint.
    Authorization,
    /// A code was exchanged, or should have been.
    CodeExchange,
    /// Tokens were refreshed, or should have been.
    Refresh,
    /// Tokens were revoked.
    Revocation,
    /// A token was presented to a resource and refused.
    TokenUse,
}

impl ActivityKind {
    /// Every kind, in order.
    pub const ALL: &[Self] = &[
        Self::Authorization,
        Self::CodeExchange,
        Self::Refresh,
        Self::Revocation,
        Self::TokenUse,
    ];

    /// Its name at rest and in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::CodeExchange => "code_exchange",
            Self::Refresh => "refresh",
            Self::Revocation => "revocation",
            Self::TokenUse => "token_use",
        }
    }
}

/// What an event tells. Of each class only so many are kept, so that one class pushes out none of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityClass {
    /// Something worked.
    Success,
    /// A request with a member behind it failed.
    Failure,
    /// A request failed that anyone could have sent.
    Stranger,
    /// A sign of theft.
    Alarm,
}

impl ActivityClass {
    /// Its name at rest.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Stranger => "stranger",
            Self::Alarm => "alarm",
        }
    }

    /// How many of the class are kept of an application.
    pub const fn most(self) -> u32 {
        match self {
            Self::Success => limits::ACTIVITY_SUCCESSES,
            Self::Failure => limits::ACTIVITY_FAILURES,
            Self::Stranger => limits::ACTIVITY_FAILURES_OF_STRANGERS,
            Self::Alarm => limits::ACTIVITY_ALARMS,
        }
    }
}

/// An event to be kept.
#[derive(Clone, Debug)]
pub struct NewActivity {
    pub client_id: ClientId,
    /// When.
    pub at: Timestamp,
    pub kind: ActivityKind,
    /// Whether it worked.
    pub succeeded: bool,
    /// Whether it is a sign of theft.
    pub is_alarm: bool,
    /// What happened, in words an integrator can act on; never a secret, code or token. Cut to 1,000 characters.
    pub message: String,
    /// A redirect URI that was not registered, which a host may add from the page.
    pub redirect_uri: Option<String>,
    /// Which member was involved.
    pub member: Option<MemberId>,
    /// From where the request came.
    pub address: Option<String>,
    /// The request's id.
    pub request_id: Option<String>,
}

impl NewActivity {
    pub fn class(&self) -> ActivityClass {
        match (self.is_alarm, self.succeeded, self.member) {
            (true, ..) => ActivityClass::Alarm,
            (false, true, _) => ActivityClass::Success,
            (false, false, Some(_)) => ActivityClass::Failure,
            (false, false, None) => ActivityClass::Stranger,
        }
    }

    /// Whether it is counted with an equal one. A request that failed is not: its client has the request's id, by which
    /// the integrator looks for the entry.
    pub fn collapses(&self) -> bool {
        self.succeeded || self.is_alarm || self.request_id.is_none()
    }

    /// As much of the message as is kept.
    pub fn kept_message(&self) -> &str {
        cut(&self.message, MESSAGE_LENGTH)
    }

    /// As much of the redirect URI as is kept.
    pub fn kept_redirect_uri(&self) -> Option<&str> {
        self.redirect_uri
            .as_deref()
            .map(|uri| cut(uri, REDIRECT_URI_LENGTH))
    }
}

/// An event that was kept.
#[derive(Clone, Debug)]
pub struct ActivityEntry {
    pub id: i64,
    /// The event; of several equal ones the first, with the last one's request id.
    pub event: NewActivity,
    /// How often it happened.
    pub times: u32,
    /// When it last happened.
    pub last_at: Timestamp,
}

/// Keeping and reading events.
#[async_trait]
pub trait Activity: Send + Sync {
    /// Keeps events. An event that [equals](NewActivity::collapses) a recent one, but for its time and request id, is
    /// counted with it. Of each class, only the newest of an application stay. Those of an application that is gone are
    /// passed over.
    async fn record_activity(&self, events: Vec<NewActivity>) -> Result<(), StoreError>;

    /// The newest `limit` events of an application, the newest first; `before` continues behind an entry's number.
    async fn activity(
        &self,
        client_id: &ClientId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ActivityEntry>, StoreError>;
}
