//! The pieces that pages are made of, one file each.

pub(crate) mod admin_layout;
pub(crate) mod application_card;
pub(crate) mod application_form;
pub(crate) mod confirm;
pub(crate) mod copy_button;
pub(crate) mod dialog;
pub(crate) mod field_error;
pub(crate) mod icon;
pub(crate) mod live_text;
pub(crate) mod refusal_notice;
pub(crate) mod scope_picker;
pub(crate) mod secret_field;
pub(crate) mod secrets;
pub(crate) mod toast;
