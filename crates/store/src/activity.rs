//! What happened to an application's authorizations and tokens, for the integrator who wonders why something fails.

use async_trait::async_trait;
use latchkey_domain::{ClientId, MemberId, Timestamp};

use crate::StoreError;

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

/// An event to be kept.
#[derive(Clone, Debug)]
pub struct NewActivity {
    /// Whose.
    pub client_id: ClientId,
    /// When.
    pub at: Timestamp,
    /// What kind.
    pub kind: ActivityKind,
    /// Whether it worked.
    pub succeeded: bool,
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

/// An event that was kept.
#[derive(Clone, Debug)]
pub struct ActivityEntry {
    /// Its number.
    pub id: i64,
    /// The event.
    pub event: NewActivity,
}

/// Keeping and reading events.
#[async_trait]
pub trait Activity: Send + Sync {
    /// Keeps events. Only the newest 500 of an application stay, and of failures with no member behind them, which
    /// anybody can cause, the newest 100; those of an application that is gone are passed over.
    async fn record_activity(&self, events: Vec<NewActivity>) -> Result<(), StoreError>;

    /// The newest `limit` events of an application, the newest first; `before` continues behind an entry's number.
    async fn activity(
        &self,
        client_id: &ClientId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ActivityEntry>, StoreError>;
}
