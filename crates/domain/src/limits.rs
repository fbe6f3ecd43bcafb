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

// ---- Signing in ----
