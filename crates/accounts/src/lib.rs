//! The rules about people: who signs in and for how long, how a network begins, who may be added and removed.
//!
//! No HTTP and no SQL: each rule is given a store, a clock and randomness, and says what happened in
//! [`AccountError`] or a value.

mod error;
mod marker;
mod members;
mod password;
mod session;
mod setup;
mod sign_in;
mod throttle;

#[cfg(test)]
mod testing;

pub use self::error::AccountError;
pub use self::marker::SignInMarker;
pub use self::members::{NewMember, Roster};
pub use self::password::{Cost, Passwords, Verified};
pub use self::session::{Opened, SESSION_LIFETIME, SessionKeeper, SessionToken, Visit};
pub use self::setup::{Founded, Founding, FoundingErrors, FoundingForm, Setup};
pub use self::sign_in::{Attempt, SignIn, SignedIn};
