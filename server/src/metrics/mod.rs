//! The server's counters, and the document at `/metrics` that shows them. Counting costs a request a few atomic
//! additions: nothing waits or allocates. No label has a value that a stranger can choose.

mod document;
mod families;
mod outgoing;
mod process;
mod providers;
mod routes;

use std::sync::Arc;

use latchkey_oauth::counters::Count;

pub use self::document::render;
pub(crate) use self::families::media_type;
pub use self::outgoing::OutgoingCounts;
pub use self::providers::{ProviderCounts, ProviderSignIns};
pub use self::routes::{InFlight, Routes};

/// All counters of the HTTP side; the rules and the store have their own.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Requests by route.
    pub routes: Routes,
    /// Requests to the Headless API with a valid token.
    pub graphql: GraphqlCounts,
    /// Sign-in attempts.
    pub sign_ins: SignInCounts,
    /// Sign-ins by provider.
    pub providers: ProviderSignIns,
    /// Requests to others.
    pub outgoing: Arc<OutgoingCounts>,
}

/// How requests to the Headless API ended.
#[derive(Debug, Default)]
pub struct GraphqlCounts {
    /// Responses without errors.
    pub answered: Count,
    /// Responses with errors.
    pub failed: Count,
    /// Refused because the application exceeded its budget in the last minute.
    pub throttled: Count,
}

impl GraphqlCounts {
    /// Counts a request.
    pub fn count(&self, failed: bool, throttled: bool) {
        if throttled {
            self.throttled.add();
        } else if failed {
            self.failed.add();
        } else {
            self.answered.add();
        }
    }
}

/// How sign-ins ended.
#[derive(Debug, Default)]
pub struct SignInCounts {
    /// With a new session.
    pub succeeded: Count,
    /// With a wrong address or password.
    pub failed: Count,
    /// Refused after too many failures, or because the server is busy.
    pub throttled: Count,
}
