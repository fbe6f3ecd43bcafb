//! What people see.
//!
//! [`App`] is the admin's single-page application: rendered on the server (feature `ssr`), and once more in the
//! browser (feature `csr`), in place of what the server has sent. The pages that must work without JavaScript (sign-in,
//! consent) are in `plain`, on the server only.

// Views are types, nested as deep as the page.
#![recursion_limit = "512"]
// The view macro expands to code that trips these, and its components take their properties by value by design.
#![allow(clippy::needless_pass_by_value, clippy::must_use_candidate, unreachable_pub)]
// A view is one expression, as long as the page is.
#![allow(clippy::too_many_lines)]

mod app;
mod browser;
mod components;
mod first;
mod functions;
mod pages;
#[cfg(feature = "ssr")]
pub mod plain;
#[cfg(feature = "ssr")]
pub mod request;
#[cfg(feature = "ssr")]
mod shell;

pub use self::app::App;
#[cfg(feature = "ssr")]
pub use self::first::{FirstView, read as read_first_view};
#[cfg(feature = "ssr")]
pub use self::shell::shell;
