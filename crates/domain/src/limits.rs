//! What one request, one connection, one member or one application may cost, in bytes, time and number.
//!
//! Every bound that a stranger's input meets has its figure here, and `docs/operating.md` lists the same figures for
//! operators. A test keeps the two alike.

// ---- A connection and a request over HTTP ----

// ---- A request to the Headless API ----

// ---- What a member may leave behind ----

// ---- Grants, codes and activity ----

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
