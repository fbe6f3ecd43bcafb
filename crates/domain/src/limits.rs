//! What one request, one connection, one member or one application may cost, in bytes, time and number.
//!
//! Every bound that a stranger's input meets has its figure here, and `docs/operating.md` lists the same figures for
//! operators. A test keeps the two alike.

// ---- A connection and a request over HTTP ----

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
/// How deep brackets nest in a query's text: more than [`MAX_QUERY_DEPTH`] can need. A parser that descends uses stack.
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
/// Up to how many bytes, of rows and answer each, a request is small. Larger ones wait for one of
/// [`LARGE_ANSWERS_AT_ONCE`].
pub const SMALL_ANSWER_BYTES: usize = 1024 * 1024;
/// How many large answers are made or being sent at the same time: what bounds the memory of all of them together.
pub const LARGE_ANSWERS_AT_ONCE: usize = 3;
/// How long a request may take, in seconds.
pub const MAX_API_SECONDS: u64 = 10;
/// How many HTML texts are parsed at the same time, on threads of their own.
pub const HTML_PARSERS: usize = 2;
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
/// The most posts and comments that a member writes or changes through applications in [`CONTENT_PERIOD_SECONDS`].
pub const MAX_CONTENT_PER_PERIOD: i64 = 1_000;
/// The most bytes of them, titles and HTML.
pub const MAX_CONTENT_BYTES_PER_PERIOD: i64 = 10 * 1024 * 1024;
/// The period that both are counted in, from the first text on, in seconds: an hour.
pub const CONTENT_PERIOD_SECONDS: u64 = 3_600;

// ---- Grants, codes and activity ----

// ---- Signing in ----
