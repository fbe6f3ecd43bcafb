//! One file per page, named after its address.

pub(crate) mod not_found;
pub(crate) mod oauth_applications;
