//! `/admin/settings`.

pub(crate) mod oauth_applications;
