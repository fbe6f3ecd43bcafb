//! What one request, one connection, one member or one application may cost, in bytes, time and number.
//!
//! Every bound that a stranger's input meets has its figure here, and `docs/operating.md` lists the same figures for
//! operators. A test keeps the two alike.

use std::time::Duration;

// ---- A connection and a request over HTTP ----

// ---- A request to the Headless API ----

// ---- What a member may leave behind ----

// ---- Grants, codes and activity ----

/// How long after a rotation an answer that was lost is given again, if nothing of it was used. Longer than a client
/// waits before it tries again, shorter than an access token lives: a client that comes back later has used the pair, or
/// somebody else holds it.
pub const LOST_ANSWER_GRACE: Duration = Duration::from_secs(10 * 60);

/// How long a grant lasts that a host made in the API explorer.
pub const TRIAL_GRANT: Duration = Duration::from_secs(60 * 60);

/// The most codes of one member and one application that wait to be redeemed. One more deletes the oldest. A person
/// who signs in on several devices at once needs a few.
pub const UNREDEEMED_CODES: u32 = 10;

/// How long a code that nobody redeemed is kept after it expired: long enough to tell a client that comes late how late
/// it is.
pub const UNREDEEMED_CODE_KEPT: Duration = Duration::from_secs(60 * 60);

/// The most successes that are kept in an application's Activity.
pub const ACTIVITY_SUCCESSES: u32 = 500;

/// The most failures of requests with a member behind them.
pub const ACTIVITY_FAILURES: u32 = 500;

/// The most failures of requests that anybody could have sent.
pub const ACTIVITY_FAILURES_OF_STRANGERS: u32 = 100;

/// The most signs of theft: a code or a refresh token that was used twice.
pub const ACTIVITY_ALARMS: u32 = 100;

/// For how long equal entries of Activity are counted as one.
pub const ACTIVITY_COLLAPSE: Duration = Duration::from_secs(60 * 60);

/// Among how many of the newest entries an equal one is looked for.
pub const ACTIVITY_COLLAPSE_AMONG: u32 = 20;

// ---- Signing in ----
