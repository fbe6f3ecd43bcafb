//! `/oauth`: the pages of the protocol.

pub(crate) mod authorize;
pub(crate) mod logout;
