//! What one request, one connection, one member or one application may cost, in bytes, time and number.
//!
//! Every bound that a stranger's input meets has its figure here, and `docs/operating.md` lists the same figures for
//! operators. A test keeps the two alike.

// ---- A connection and a request over HTTP ----

// ---- A request to the Headless API ----

// ---- What a member may leave behind ----

// ---- Grants, codes and activity ----

// ---- Signing in ----
