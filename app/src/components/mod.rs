//! Components that several pages share, one file each. They do not depend on any page.

#[cfg(feature = "ssr")]
pub(crate) mod breadcrumb;
pub(crate) mod confirm;
pub(crate) mod copy_button;
pub(crate) mod dialog;
#[cfg(feature = "ssr")]
pub(crate) mod document;
#[cfg(feature = "ssr")]
pub(crate) mod empty_state;
pub(crate) mod field_error;
#[cfg(feature = "ssr")]
pub(crate) mod form;
#[cfg(feature = "ssr")]
pub(crate) mod frame;
pub(crate) mod function_error_notice;
pub(crate) mod icon;
pub(crate) mod live_text;
pub(crate) mod navigation;
#[cfg(feature = "ssr")]
pub(crate) mod notice;
#[cfg(feature = "ssr")]
pub(crate) mod pager;
pub(crate) mod progress;
#[cfg(feature = "ssr")]
pub(crate) mod request_facts;
pub(crate) mod toast;
