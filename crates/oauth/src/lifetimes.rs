//! How long codes, tokens and grants last. A token carries its time of issue, not its end, so changing a lifetime
//! also affects tokens issued before.

use std::time::Duration;

use latchkey_domain::limits::{EXPLORER_GRANT, LOST_ANSWER_GRACE};
use latchkey_domain::{TimeSpan, Timestamp};
use latchkey_storage::Grant;
use thiserror::Error;

/// The shortest and longest allowed lifetime.
type Bounds = (TimeSpan, TimeSpan);

/// A code; RFC 6749 section 4.1.2 advises ten minutes at most. A browser needs some seconds.
const CODE: Bounds = (TimeSpan::minutes(1), TimeSpan::minutes(10));

/// An access token. It is checked here on each use, so a long lifetime is no risk by itself, but a stolen token is.
const ACCESS_TOKEN: Bounds = (TimeSpan::minutes(1), TimeSpan::hours(24));

/// A refresh token.
const REFRESH_TOKEN: Bounds = (TimeSpan::minutes(5), TimeSpan::days(365));

/// A grant, however often its tokens are refreshed. At least as long as an access token can last.
const GRANT: Bounds = (TimeSpan::days(1), TimeSpan::days(3_650));

/// How long an ID token counts. Clients read it once, when it arrives.
pub(crate) const ID_TOKEN: Duration = Duration::from_secs(60 * 60);

/// How long codes, tokens and grants last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    code: TimeSpan,
    access_token: TimeSpan,
    refresh_token: TimeSpan,
    grant: TimeSpan,
}

/// Why a lifetime is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LifetimesError {
    /// It is too short or too long.
    #[error("{what} can last {} to {}, not {given}", .bounds.0, .bounds.1)]
    OutOfBounds {
        /// The thing that has this lifetime.
        what: &'static str,
        /// The shortest and longest allowed lifetime.
        bounds: (TimeSpan, TimeSpan),
        /// The requested lifetime.
        given: TimeSpan,
    },
    /// The refresh token would end before the access token.
    #[error(
        "a refresh token has to last longer than an access token: {refresh_token} is not more than {access_token}"
    )]
    RefreshTokenTooShort {
        /// The lifetime of the refresh token.
        refresh_token: TimeSpan,
        /// The lifetime of the access token.
        access_token: TimeSpan,
    },
}

impl Lifetimes {
    /// Checks all four lifetimes.
    pub fn new(
        code: TimeSpan,
        access_token: TimeSpan,
        refresh_token: TimeSpan,
        grant: TimeSpan,
    ) -> Result<Self, LifetimesError> {
        let lifetimes = Self {
            code: Self::checked_code(code)?,
            access_token: Self::checked_access_token(access_token)?,
            refresh_token: Self::checked_refresh_token(refresh_token)?,
            grant: Self::checked_grant(grant)?,
        };
        if refresh_token <= access_token {
            return Err(LifetimesError::RefreshTokenTooShort {
                refresh_token,
                access_token,
            });
        }
        Ok(lifetimes)
    }

    /// Checks the lifetime of a code.
    pub fn checked_code(lifetime: TimeSpan) -> Result<TimeSpan, LifetimesError> {
        within("a code", CODE, lifetime)
    }

    /// Checks the lifetime of an access token.
    pub fn checked_access_token(lifetime: TimeSpan) -> Result<TimeSpan, LifetimesError> {
        within("an access token", ACCESS_TOKEN, lifetime)
    }

    /// Checks the lifetime of a refresh token.
    pub fn checked_refresh_token(lifetime: TimeSpan) -> Result<TimeSpan, LifetimesError> {
        within("a refresh token", REFRESH_TOKEN, lifetime)
    }

    /// Checks the lifetime of a grant.
    pub fn checked_grant(lifetime: TimeSpan) -> Result<TimeSpan, LifetimesError> {
        within("a grant", GRANT, lifetime)
    }

    /// How long a code lasts, from the redirect to its exchange.
    pub fn code(&self) -> TimeSpan {
        self.code
    }

    /// How long an access token lasts.
    pub fn access_token(&self) -> TimeSpan {
        self.access_token
    }

    /// How long a refresh token lasts; each refresh issues a new one.
    pub fn refresh_token(&self) -> TimeSpan {
        self.refresh_token
    }

    /// How long a grant lasts after the member's consent, however often its tokens are refreshed.
    pub fn grant(&self) -> TimeSpan {
        self.grant
    }

    /// How long this grant lasts: a grant of the API explorer ends with its access token.
    pub(crate) fn of_grant(&self, grant: &Grant) -> Duration {
        if grant.is_explorer_login {
            EXPLORER_GRANT.min(self.access_token.duration())
        } else {
            self.grant.duration()
        }
    }

    /// When the grant ends.
    pub(crate) fn grant_end(&self, grant: &Grant) -> Timestamp {
        grant.created_at.plus(self.of_grant(grant))
    }

    /// When an access token ends: after its lifetime, or with its grant.
    pub(crate) fn access_token_end(&self, grant: &Grant, issued_at: Timestamp) -> Timestamp {
        issued_at
            .plus(self.access_token.duration())
            .min(self.grant_end(grant))
    }

    /// When a refresh token ends: after its lifetime, or with its grant.
    pub(crate) fn refresh_token_end(&self, grant: &Grant, issued_at: Timestamp) -> Timestamp {
        issued_at
            .plus(self.refresh_token.duration())
            .min(self.grant_end(grant))
    }

    /// How long after a rotation a lost response is repeated. Shorter than the lifetime of an access token, so that a
    /// client's next refresh is not mistaken for a lost response.
    pub(crate) fn lost_answer_grace(&self) -> Duration {
        LOST_ANSWER_GRACE.min(self.access_token.duration() / 2)
    }
}

fn within(what: &'static str, bounds: Bounds, given: TimeSpan) -> Result<TimeSpan, LifetimesError> {
    if (bounds.0..=bounds.1).contains(&given) {
        Ok(given)
    } else {
        Err(LifetimesError::OutOfBounds { what, bounds, given })
    }
}

/// Two minutes for a code, an hour for an access token, 90 days for a refresh token, a year for a grant.
impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            code: TimeSpan::minutes(2),
            access_token: TimeSpan::hours(1),
            refresh_token: TimeSpan::days(90),
            grant: TimeSpan::days(365),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lifetimes(code: &str, access_token: &str, refresh_token: &str) -> Result<Lifetimes, String> {
        let span = |text: &str| text.parse().unwrap();
        Lifetimes::new(span(code), span(access_token), span(refresh_token), span("365d"))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_usual_ones_are_possible() {
        assert_eq!(lifetimes("2m", "1h", "90d"), Ok(Lifetimes::default()));
    }

    #[test]
    fn each_has_its_bounds() {
        for (code, access_token, refresh_token) in [("1m", "1m", "5m"), ("10m", "24h", "365d")] {
            assert!(lifetimes(code, access_token, refresh_token).is_ok());
        }
        for (code, access_token, refresh_token, why) in [
            ("59s", "1h", "90d", "a code can last 1m to 10m, not 59s"),
            ("601s", "1h", "90d", "a code can last 1m to 10m, not 601s"),
            ("2m", "59s", "90d", "an access token can last 1m to 1d, not 59s"),
            ("2m", "25h", "90d", "an access token can last 1m to 1d, not 25h"),
            (
                "2m",
                "1m",
                "299s",
                "a refresh token can last 5m to 365d, not 299s",
            ),
            (
                "2m",
                "1h",
                "366d",
                "a refresh token can last 5m to 365d, not 366d",
            ),
        ] {
            assert_eq!(lifetimes(code, access_token, refresh_token), Err(why.to_owned()));
        }
    }

    #[test]
    fn a_grant_lasts_for_a_day_to_ten_years() {
        for (lifetime, possible) in [("1d", true), ("3650d", true), ("23h", false), ("3651d", false)] {
            let checked = Lifetimes::checked_grant(lifetime.parse().unwrap());
            assert_eq!(checked.is_ok(), possible, "{lifetime}");
        }
    }

    #[test]
    fn an_answer_is_given_again_for_less_than_an_access_token_lasts() {
        for (access_token, grace) in [("1h", 600), ("24h", 600), ("20m", 600), ("10m", 300), ("1m", 30)] {
            let lifetimes = lifetimes("2m", access_token, "90d").unwrap();
            assert_eq!(
                lifetimes.lost_answer_grace(),
                Duration::from_secs(grace),
                "{access_token}"
            );
        }
    }

    #[test]
    fn tokens_end_with_their_grant() {
        let (lifetimes, mut grant) = (Lifetimes::default(), crate::testing::grant());
        let after = |seconds| grant.created_at.plus(Duration::from_secs(seconds));
        let (day, year) = (86_400, 365 * 86_400);
        assert_eq!(lifetimes.access_token_end(&grant, after(0)), after(3_600));
        assert_eq!(lifetimes.access_token_end(&grant, after(year - 60)), after(year));
        assert_eq!(lifetimes.refresh_token_end(&grant, after(0)), after(90 * day));
        assert_eq!(
            lifetimes.refresh_token_end(&grant, after(year - day)),
            after(year)
        );
        let hour = after(3_600);
        let issued_at = after(60);
        grant.is_explorer_login = true;
        assert_eq!(lifetimes.access_token_end(&grant, issued_at), hour);
    }

    #[test]
    fn a_refresh_token_outlives_its_access_token() {
        for refresh_token in ["60m", "59m"] {
            let error = lifetimes("2m", "1h", refresh_token).unwrap_err();
            assert!(
                error.starts_with("a refresh token has to last longer than an access token"),
                "{error}"
            );
        }
        assert!(lifetimes("2m", "1h", "3601s").is_ok());
    }
}
