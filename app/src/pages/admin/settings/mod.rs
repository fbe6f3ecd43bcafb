//! `/admin/settings`.

#[cfg(feature = "ssr")]
pub(crate) mod network;
pub(crate) mod oauth_applications;
#[cfg(feature = "ssr")]
pub(crate) mod sso;
