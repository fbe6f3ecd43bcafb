//! Why a rule about people refused an operation.

use std::time::Duration;

use latchkey_domain::Email;
use latchkey_domain::member::PasswordError;
use latchkey_storage::StoreError;
use thiserror::Error;

/// Errors that pages and the command line show to people. Each message says what to do.
#[derive(Debug, Error)]
pub enum AccountError {
    /// No such account, or a wrong password. The two look the same on purpose.
    #[error("the email or the password is wrong")]
    WrongCredentials,
    /// The code of the app, or the recovery code, is wrong or was used.
    #[error("that code is wrong, or was used already")]
    WrongCode,
    /// The answer of the browser is wrong, too late, was used, or its passkey is not known here.
    #[error("that passkey did not work here: try again, or sign in with your password")]
    PasskeyRefused,
    /// The last passkey of a member without a password.
    #[error("this is your only way to sign in: add another passkey, or choose a password first")]
    LastWayIn,
    /// A host's own, where hosts need one.
    #[error("hosts of this network need a second factor: another host can reset yours")]
    SecondFactorNeeded,
    /// The password is right, and a host keeps the member out.
    #[error("a host of this network suspended your account: ask a host")]
    Suspended,
    /// The password or passkey is right, and members sign in only with providers.
    #[error(
        "members of this network sign in with one of the buttons on the sign-in page, not with a password or passkey"
    )]
    ProvidersOnly,
    /// The email of a member whom a host has to let in again first.
    #[error("{0} is suspended: let them in again first")]
    MemberSuspended(Email),
    /// Too many attempts.
    #[error("too many attempts to sign in: try again in {}", in_words(*.wait))]
    TryLater {
        /// How long from now.
        wait: Duration,
    },
    /// The memory set aside for hashing is in use: too many people sign in at once.
    #[error("too many people are signing in right now: try again in a few seconds")]
    Busy,
    /// The password cannot be set.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A member with this email exists.
    #[error("there is a member with the email {0} already: choose another, or change that member")]
    EmailTaken(Email),
    /// No member has this email.
    #[error("there is no member with the email {0}: `latchkey member list` shows who there is")]
    NoSuchMember(Email),
    /// Used, expired, replaced by a newer one, or never made. The answer does not say which.
    #[error("this link does not work: it was used, it expired, or a newer one took its place")]
    LinkOver,
    /// The operation would leave the network without a host to manage it.
    #[error("{0} is the only host: make someone else a host first")]
    LastHost(Email),
    /// Nobody changes their own role, suspends or removes themselves.
    #[error("nobody does this to themselves: another host has to")]
    Yourself,
    /// The token is not the one that the server printed.
    #[error("the setup link is wrong: open the whole link that the server printed when it started")]
    WrongSetupToken,
    /// The network already has a host.
    #[error("this network is set up already: sign in instead")]
    AlreadySetUp,
    /// Hashing failed: out of memory, or the thread pool has stopped.
    #[error("the password could not be hashed: {0}")]
    Hashing(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// `45 seconds`, `1 minute`. Rounds up: a person who waits that long is admitted.
pub fn in_words(wait: Duration) -> String {
    let seconds = wait.as_millis().div_ceil(1_000).max(1);
    match seconds {
        1 => "1 second".to_owned(),
        2..=59 => format!("{seconds} seconds"),
        60 => "1 minute".to_owned(),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_rounded_up() {
        for (millis, words) in [
            (0, "1 second"),
            (1_001, "2 seconds"),
            (59_001, "1 minute"),
            (60_001, "2 minutes"),
            (120_000, "2 minutes"),
        ] {
            assert_eq!(in_words(Duration::from_millis(millis)), words);
        }
    }
}
