//! `/account`: pages where members manage their own account.

pub(crate) mod connected_apps;
mod navigation;
pub(crate) mod passkeys;
pub(crate) mod password;
pub(crate) mod profile;
pub(crate) mod providers;
pub(crate) mod second_factor;
pub(crate) mod sessions;
