//! What people see: `pages`, a file or folder per page; `components`, what pages share; `functions`, what the interactive
//! pages call.
//!
//! [`App`] is what the WebAssembly renders: on the server (feature `ssr`), and once more in the browser (feature `csr`), in
//! place of what the server has sent. All other pages are HTML from the server.

// Views are types, nested as deep as the page.
#![recursion_limit = "512"]
// The view macro expands to code that trips these, and its components take their properties by value by design.
#![allow(clippy::needless_pass_by_value, clippy::must_use_candidate, unreachable_pub)]
// A view is one expression, as long as the page is.
#![allow(clippy::too_many_lines)]
// Only the server uses this crate: docs are there where a name does not say it all.
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
