//! `/admin`: the pages for hosts.

#[cfg(feature = "ssr")]
pub(crate) mod activity;
#[cfg(feature = "ssr")]
pub(crate) mod audit;
#[cfg(feature = "ssr")]
pub(crate) mod headless_api;
#[cfg(feature = "ssr")]
pub(crate) mod members;
pub(crate) mod settings;
