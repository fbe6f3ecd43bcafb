//! The server functions: they find out who is asking and call a rule. One file per subject.

pub(crate) mod applications;
pub(crate) mod refusal;
#[cfg(feature = "ssr")]
pub(crate) mod reply;

pub(crate) use self::refusal::Refusal;
