//! How long codes and tokens are good for.

use std::time::Duration;

use thiserror::Error;

/// How long codes and tokens are good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// A code, from the redirect to its exchange.
    pub(crate) code: Duration,
    /// An access token.
    pub(crate) access_token: Duration,
    /// A refresh token; each refresh gives a new one.
    pub(crate) refresh_token: Duration,
}

/// A lifetime that is out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a code can be good for 60 to 600 seconds, not for {}", .0.as_secs())]
pub struct LifetimesError(Duration);

impl Lifetimes {
    /// The usual lifetimes, but for the code's: one to ten minutes (RFC 6749 section 4.1.2 advises at most ten).
    pub fn with_code(code: Duration) -> Result<Self, LifetimesError> {
        if (Duration::from_secs(60)..=Duration::from_secs(10 * 60)).contains(&code) {
            Ok(Self {
                code,
                ..Self::default()
            })
        } else {
            Err(LifetimesError(code))
        }
    }
}

/// Two minutes for a code, an hour for an access token, 90 days for a refresh token.
impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            code: Duration::from_secs(2 * 60),
            access_token: Duration::from_secs(3_600),
            refresh_token: Duration::from_secs(90 * 24 * 3_600),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_lives_one_to_ten_minutes() {
        for (seconds, good) in [(59, false), (60, true), (120, true), (600, true), (601, false)] {
            assert_eq!(
                Lifetimes::with_code(Duration::from_secs(seconds)).is_ok(),
                good,
                "{seconds}"
            );
        }
    }
}
