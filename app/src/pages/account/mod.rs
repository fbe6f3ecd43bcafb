//! `/account`: what a member decides about their own account.

pub(crate) mod connected_apps;
mod navigation;
pub(crate) mod sessions;
