//! HTTP: one file per family of routes, and one per thing that is done to every request.

mod account;
mod activity;
mod admin;
mod assets;
mod audit;
mod audit_words;
mod client;
mod connected_apps;
mod cookies;
mod errors;
mod explorer;
mod functions;
mod headless;
mod health;
mod home;
mod hosts;
mod metrics;
mod oauth;
mod pages;
mod request_id;
mod retry_after;
mod return_to;
mod router;
mod same_origin;
mod security_headers;
mod session;
mod setup;
mod sign_in;
mod sign_out;
mod state;
mod usage;
mod use_it;

pub use self::metrics::metrics_router;
pub use self::router::router;
pub use self::state::AppState;
