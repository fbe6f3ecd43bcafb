//! The server over HTTP, and the binary: a module per page or family of routes.

mod account;
mod admin;
mod command_line;
mod compression;
mod crash;
mod errors;
mod functions;
mod headers;
mod health;
mod home;
mod same_origin;
mod serve;
mod setup;
mod sign_in;
mod sign_out;
mod support;
