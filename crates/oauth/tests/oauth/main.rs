//! The endpoints as seen by clients and people, over a real store: a file per endpoint, and files for what cuts
//! across them.

mod access;
mod activity;
mod authorize;
mod changes;
mod client_auth;
mod consent;
mod explorer_login;
mod introspect;
mod lifetimes;
mod metadata;
mod openid;
mod prompt;
mod races;
mod redirect_uri;
mod resource;
mod revoke;
mod secret_rotation;
mod token_code;
mod token_refresh;
mod userinfo;
mod world;
