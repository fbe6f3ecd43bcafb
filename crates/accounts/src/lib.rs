//! The rules about people: signing in, sessions, the first run of a network, adding and removing members.
//!
//! No HTTP and no SQL: each rule takes a store, a clock and randomness, and returns a value or an [`AccountError`].

mod error;
mod half_way;
mod links;
mod marker;
mod members;
mod passkeys;
mod password;
mod providers;
mod second_factor;
mod session;
mod setup;
mod sign_in;
mod throttle;

#[cfg(test)]
mod testing;

pub use self::error::{AccountError, in_words};
pub use self::half_way::FirstProof;
pub use self::links::{Invitation, LINK_LIFETIME, LinkToken, SignInLinks};
pub use self::marker::SignInMarker;
pub use self::members::{NewMember, Roster};
pub use self::passkeys::{Ceremony, Passkeys};
pub use self::password::{Cost, Passwords, Verified};
pub use self::providers::{
    Journey, Judgement, LinkByMail, Outcome, ProviderSignIn, Purpose, Refusal, Started,
};
pub use self::second_factor::{Enrolment, RECOVERY_CODES, SecondFactor};
pub use self::session::{Opened, SESSION_LIFETIME, SessionKeeper, SessionToken, Visit};
pub use self::setup::{Founded, Founding, FoundingErrors, FoundingForm, Setup};
pub use self::sign_in::{Attempt, SignIn, SignInRequest, SignedIn};
pub use self::throttle::subscriber;
