//! What one request, one connection, one member or one application may cost, in bytes, time and number.
//!
//! Every bound that a stranger's input meets has its figure here, and `docs/operating.md` lists the same figures for
//! operators. A test keeps the two alike.

use std::time::Duration;

// ---- A connection and a request over HTTP ----

/// The most connections at a time, where the limit on open files leaves so many.
pub const CONNECTIONS: usize = 10_000;

/// The part of the open files that connections may take, in percent. The rest is for the database, backups and the log.
pub const CONNECTIONS_PERCENT_OF_FILES: u64 = 75;

/// The most connections at a time from one address (an IPv6 network of 64 bits counts as one), or a quarter of all where
/// that is less. Trusted proxies and this machine itself are exempt: many people come from there.
pub const CONNECTIONS_PER_ADDRESS: usize = 256;

/// The most connections at a time to the metrics address.
pub const METRICS_CONNECTIONS: usize = 64;

/// How long the head of a request may take, from its first byte or from the start of the connection.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a connection may stay open between two requests. Longer than the 60 seconds for which nginx keeps one, so
/// that the proxy closes first.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(75);

/// How long the server waits for a body, in all; each [`TRANSFER_RATE`] bytes that arrive give back a second.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// How long the server waits for a client that does not read its answer, in all; each [`TRANSFER_RATE`] bytes that it reads
/// give back a second.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// The bytes a second at which a client uses up none of its time.
pub const TRANSFER_RATE: u64 = 4 * 1024;

/// How long the server reads and drops what a client still sends after its answer, before it closes the connection.
pub const LINGER_TIMEOUT: Duration = Duration::from_secs(2);

/// The most bytes that it reads and drops so.
pub const LINGER_BYTES: usize = 4 * 1024 * 1024;

/// How long the server may take to answer a request, its body included.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// The most bytes of the head of a request: its address and its headers.
pub const HEAD_BYTES: usize = 32 * 1024;

/// The most bytes of a form from a page. A request to authorize is in it, with a `state` of up to 4,096 bytes that may be
/// encoded twice.
pub const PAGE_FORM_BYTES: usize = 64 * 1024;

/// The most bytes of a form from an application, at the token endpoint and those beside it.
pub const CLIENT_FORM_BYTES: usize = 64 * 1024;

/// The most fields of a form or a query.
pub const FORM_FIELDS: usize = 256;

/// The most bytes of a call of a page's function.
pub const FUNCTION_BYTES: usize = 16 * 1024;

/// The most bytes of a call that creates or changes an application, by a host: many times what the largest form can hold,
/// so that its own errors are seen.
pub const APPLICATION_BYTES: usize = 2 * 1024 * 1024;

/// The bytes of a body that are always kept while the rest arrives.
pub const SMALL_BODY_BYTES: usize = 8 * 1024;

/// The most bytes of all bodies together that are in memory, beyond [`SMALL_BODY_BYTES`] of each.
pub const BODIES_BYTES: usize = 32 * 1024 * 1024;

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

/// Attempts with a wrong password that one address has on one account before it waits.
pub const SIGN_IN_FREE_ATTEMPTS: u32 = 5;

/// Attempts with a wrong password on one account, from all addresses together, after which addresses that the member
/// never signed in from wait before each attempt.
pub const SIGN_IN_ATTEMPTS_BEFORE_PACE: u32 = 10;

/// Seconds of the first wait; each that follows is twice as long.
pub const SIGN_IN_FIRST_WAIT_SECONDS: u64 = 2;

/// Seconds of the longest wait, so that guesses delay a member and never lock one out.
pub const SIGN_IN_LONGEST_WAIT_SECONDS: u64 = 60;

/// Networks (an IPv4 address, or a /64 of IPv6) that are known of a member: those of the newest sign-ins.
pub const SIGN_IN_KNOWN_NETWORKS: u32 = 20;

/// Seconds that have to pass before another wrong password for the same host leaves an audit entry. The entry says how
/// many there were in between. The audit trail is kept for good, and anybody can guess.
pub const FAILED_SIGN_IN_ENTRY_SECONDS: u64 = 60 * 60;
