//! Signing in through a provider that is made here, honest or not.

mod callback;
mod keys;
mod openid;
mod plain;
mod refused;
mod transcript;
mod trouble;
mod world;
