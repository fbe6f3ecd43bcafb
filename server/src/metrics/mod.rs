//! What the server counts of itself, and the document at `/metrics` that shows it. Counting costs a request a few
//! additions to shared numbers: nothing waits, nothing is allocated. No label has a value that a stranger can choose.

mod document;
mod families;
mod process;
mod routes;

use latchkey_oauth::counters::Count;

pub use self::document::render;
pub(crate) use self::families::media_type;
pub use self::routes::{InFlight, Routes};

/// All that the HTTP side counts; the rest is counted by the rules and by the store.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Requests by route.
    pub routes: Routes,
    /// Requests to the Headless API whose token was good.
    pub graphql: GraphqlCounts,
    /// Passwords that were sent.
    pub sign_ins: SignInCounts,
}

/// How requests to the Headless API ended.
#[derive(Debug, Default)]
pub struct GraphqlCounts {
    /// Without an error.
    pub answered: Count,
    /// With an error in it.
    pub failed: Count,
    /// Refused, since the application asked for too much in the last minute.
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
    /// With a session.
    pub succeeded: Count,
    /// With a wrong address or password.
    pub failed: Count,
    /// Refused, since too many went wrong before or the server is busy.
    pub throttled: Count,
}
