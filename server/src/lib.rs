//! The server: command line, settings, HTTP. A library, so that tests run the real router.

pub mod cli;
pub mod connections;
pub mod demo;
pub mod error;
pub mod housekeeping;
pub mod http;
mod import;
pub mod instance;
mod invitations;
pub mod logo;
pub mod metrics;
mod provider_form;
pub mod settings;
mod spreadsheet;
pub mod system;
mod traces;
pub mod usage_meter;
