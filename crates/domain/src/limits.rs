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

/// The most bytes of a logo as it is uploaded.
pub const LOGO_BYTES: usize = 1024 * 1024;

/// The most bytes of the form that uploads it. A larger logo up to here gets a message in the form.
pub const LOGO_FORM_BYTES: usize = 2 * 1024 * 1024;

/// The most pixels of a side of an uploaded logo.
pub const LOGO_PIXELS: u32 = 4_096;

/// The most bytes of its pixels in memory.
pub const LOGO_DECODED_BYTES: u64 = 64 * 1024 * 1024;

/// The most pixels of a side of a logo as it is kept.
pub const LOGO_SIDE: u32 = 512;

/// The most logos that are decoded at the same time, on threads of their own.
pub const LOGO_DECODERS: usize = 2;

/// The bytes of a body that are always kept while the rest arrives.
pub const SMALL_BODY_BYTES: usize = 8 * 1024;

/// The most bytes of all bodies together that are in memory, beyond [`SMALL_BODY_BYTES`] of each.
pub const BODIES_BYTES: usize = 32 * 1024 * 1024;

// ---- A request to the Headless API ----

/// The most bytes of a request's body: a post of the largest size, its query, and as much again for escapes.
pub const MAX_API_REQUEST_BYTES: usize = 256 * 1024;
/// The most points that a request costs, all queries of a batch together. A field costs 1, as often as its rows are asked
/// for.
pub const MAX_QUERY_COST: u64 = 1_500;
/// How deep fields nest.
pub const MAX_QUERY_DEPTH: u64 = 12;
/// The most bytes of a query's text; long texts are sent as variables.
pub const MAX_QUERY_BYTES: usize = 32 * 1024;
/// How deep brackets nest in a query's text: more than [`MAX_QUERY_DEPTH`] can need. A recursive parser uses stack.
pub const MAX_QUERY_NESTING: usize = 64;
/// The most queries of a batch.
pub const MAX_BATCH: usize = 10;
/// The most mutations of a request, all queries of a batch together: each is a transaction of its own.
pub const MAX_MUTATIONS: u64 = 10;
/// The most bytes of arguments of a request's mutations, a variable counted at each of its uses: their HTML is parsed.
pub const MAX_MUTATION_BYTES: u64 = 256 * 1024;
/// For how many bytes of arguments a query costs a point.
pub const ARGUMENT_BYTES_PER_POINT: u64 = 1_024;
/// What a search costs besides its fields.
pub const SEARCH_COST: u64 = 30;
/// What a look-up by id or email costs besides its fields: each asks the database.
pub const LOOKUP_COST: u64 = 4;
/// What a mutation costs besides its fields: it is a write.
pub const MUTATION_COST: u64 = 10;
/// For how many fields an introspection costs a point. They are counted as the schema has them: each type, field and
/// argument.
pub const INTROSPECTED_FIELDS_PER_POINT: u64 = 50;
/// How often the fields of a type may be asked for below each other in an introspection.
pub const MAX_TYPE_LISTS: u64 = 2;
/// The most rows of a list.
pub const MAX_PAGE: u32 = 50;
/// The most rows of a list within a list.
pub const MAX_NESTED_PAGE: u32 = 25;
/// How many rows a list has if the query does not say how many.
pub const DEFAULT_PAGE: u32 = 25;
/// The most bytes of an answer, all queries of a batch together: a page of [`MAX_PAGE`] posts of the largest size, with
/// what escapes add.
pub const MAX_ANSWER_BYTES: usize = 6 * 1024 * 1024;
/// The most bytes of rows that the database gives for one answer. Texts are kept twice, as HTML and as plain text.
pub const MAX_READ_BYTES: usize = 12 * 1024 * 1024;
/// The most bytes of a small request, of its rows and of its answer each. A larger one waits for one of
/// [`MAX_LARGE_ANSWERS`].
pub const SMALL_ANSWER_BYTES: usize = 1024 * 1024;
/// The most large answers that are made or sent at the same time, which bounds the memory of all of them together.
pub const MAX_LARGE_ANSWERS: usize = 3;
/// How long a request may take.
pub const API_TIMEOUT: Duration = Duration::from_secs(10);
/// The most HTML texts that are parsed at the same time, on threads of their own.
pub const MAX_HTML_PARSERS: usize = 2;
/// How deep elements nest in HTML. The time that a parser needs grows with its square, or worse.
pub const MAX_HTML_DEPTH: usize = 100;
/// How many formatting elements (`<b>`, `<a>`, `<font>`) end tags around them may leave open: a parser opens each of them
/// again in every paragraph that follows.
pub const MAX_HTML_UNCLOSED: usize = 8;
/// The most attributes of an HTML tag: each is compared with those before it.
pub const MAX_HTML_ATTRIBUTES: usize = 200;
/// How many elements and texts may be in a table but outside of its cells: a parser moves each in front of the table.
pub const MAX_HTML_MISPLACED: usize = 500;

// ---- What a member may leave behind ----

/// The most bytes of a text with formatting, as HTML: a post, a comment, a lesson.
pub const MAX_TEXT_BYTES: usize = 100_000;
/// The most posts and comments that a member writes or changes through applications in [`CONTENT_PERIOD`].
pub const MAX_CONTENT_PER_PERIOD: i64 = 1_000;
/// The most bytes of them, titles and HTML.
pub const MAX_CONTENT_BYTES_PER_PERIOD: i64 = 10 * 1024 * 1024;
/// The period that both are counted in, from the first text on.
pub const CONTENT_PERIOD: Duration = Duration::from_secs(60 * 60);

/// The most pictures that a member uploads in an hour.
pub const UPLOADS_OF_MEMBER: u64 = 10;
/// The same for a host, who uploads the logos of applications and of the network.
pub const UPLOADS_OF_HOST: u64 = 60;
/// The most changes of their account that a member makes in an hour: each leaves an entry in the audit trail. One more is
/// possible each minute.
pub const ACCOUNT_CHANGES: u64 = 60;

// ---- Grants, codes and activity ----

/// How long after a rotation an answer that was lost is given again, if nothing of it was used. Longer than a client
/// waits before it tries again, shorter than an access token lives: a client that comes back later has used the pair, or
/// someone else holds it.
pub const LOST_ANSWER_GRACE: Duration = Duration::from_secs(10 * 60);

/// How long a grant lasts that a host made in the API explorer.
pub const EXPLORER_GRANT: Duration = Duration::from_secs(60 * 60);

/// The most codes of one member and one application that wait to be redeemed. One more deletes the oldest. A person
/// who signs in on several devices at once needs a few.
pub const UNREDEEMED_CODES: u32 = 10;

/// How long a code that was not redeemed is kept after it expired: long enough to tell a client that comes late how late
/// it is.
pub const UNREDEEMED_CODE_KEPT: Duration = Duration::from_secs(60 * 60);

/// The most successes that are kept in an application's Activity.
pub const ACTIVITY_SUCCESSES: u32 = 500;

/// The most failures of requests with a member behind them.
pub const ACTIVITY_FAILURES: u32 = 500;

/// The most failures of requests that anyone could have sent.
pub const ACTIVITY_FAILURES_OF_STRANGERS: u32 = 100;

/// The most signs of theft: a code or a refresh token that was used twice.
pub const ACTIVITY_ALARMS: u32 = 100;

/// For how long equal entries of Activity are counted as one.
pub const ACTIVITY_COLLAPSE: Duration = Duration::from_secs(60 * 60);

/// Among how many of the newest entries an equal one is looked for.
pub const ACTIVITY_COLLAPSE_AMONG: u32 = 20;

/// How many request ids of failures that were counted as one lead to their entry: the newest.
pub const ACTIVITY_REQUEST_IDS: u32 = 100;

/// Among how many of the newest entries of Activity a word, a member or an application is searched.
pub const ACTIVITY_SEARCHED: u32 = 20_000;

// ---- Signing in ----

/// Attempts with a wrong password that one address has on one account before it waits.
pub const SIGN_IN_ATTEMPTS_OF_PAIR: u32 = 5;

/// Attempts that one address has on all accounts together.
pub const SIGN_IN_ATTEMPTS_OF_ADDRESS: u64 = 30;

/// After how long an address that used them all has one more.
pub const SIGN_IN_ATTEMPT_RETURNS: Duration = Duration::from_secs(6);

/// Attempts with a wrong password on one account, from all addresses together, after which addresses that the member
/// never signed in from wait before each attempt.
pub const SIGN_IN_ATTEMPTS_BEFORE_PACE: u32 = 10;

/// The first wait; each that follows is twice as long.
pub const SIGN_IN_FIRST_WAIT: Duration = Duration::from_secs(2);

/// The longest wait, so that guesses delay a member and never lock one out.
pub const SIGN_IN_LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Networks (an IPv4 address, or a /64 of IPv6) that are known of a member: those of the newest sign-ins.
pub const SIGN_IN_KNOWN_NETWORKS: u32 = 20;

/// How long it takes until another wrong password for the same host leaves an audit entry. The entry says how many there
/// were in between. The audit trail is kept forever, and anyone can guess.
pub const FAILED_SIGN_IN_ENTRY_EVERY: Duration = Duration::from_secs(60 * 60);

/// Sign-ins at providers that one address begins in [`PROVIDER_SIGN_IN`]: a school has one address.
pub const PROVIDER_SIGN_INS_OF_ADDRESS: u64 = 100;

/// How long a browser may be at a provider.
pub const PROVIDER_SIGN_IN: Duration = Duration::from_secs(10 * 60);

/// The most sign-ins whose browser is at a provider.
pub const PROVIDER_SIGN_INS: u32 = 5_000;
