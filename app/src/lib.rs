//! What people see: `pages`, a file or folder per page; `components`, what pages share; `functions`, what the interactive
//! pages call.
//!
//! The WebAssembly renders [`App`]: on the server (feature `ssr`), and again in the browser (feature `csr`), where it
//! replaces the server's HTML. All other pages are HTML from the server.

// Views are nested types, as deep as the page.
#![recursion_limit = "512"]
// The view macro's code triggers these lints, and its components take their properties by value by design.
#![allow(clippy::needless_pass_by_value, clippy::must_use_candidate, unreachable_pub)]
// A view is one expression, and as long as the page.
#![allow(clippy::too_many_lines)]
// Only the server uses this crate, so docs are only where a name does not say it all.
#![allow(missing_docs)]

mod app;
mod browser;
mod components;
mod functions;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod request;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(all(test, feature = "ssr"))]
mod testing;
#[cfg(feature = "ssr")]
mod time;

pub use self::app::App;
#[cfg(feature = "ssr")]
pub use self::pages::admin::settings::oauth_applications::first_view::{FirstView, read as read_first_view};
#[cfg(feature = "ssr")]
pub use self::shell::shell;
