//! The server functions: they check who is asking and call a rule. One folder per subject.

pub(crate) mod applications;
pub(crate) mod error;
#[cfg(feature = "ssr")]
pub(crate) mod reply;

use std::future::Future;
use std::pin::Pin;

use self::error::FunctionError;

/// A running call of a server function, for callbacks.
pub(crate) type Answer<T> = Pin<Box<dyn Future<Output = Result<T, FunctionError>>>>;
