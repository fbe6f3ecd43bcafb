//! How long codes and tokens last, and how long ended records are kept.

use std::fmt::Display;

use clap::Args;
use latchkey_domain::{TimeSpan, TimeSpanError};
use latchkey_oauth::Lifetimes;

use super::SettingsFile;
use crate::error::CliError;

/// How long ended records are kept by default.
const RETAIN_ENDED: TimeSpan = TimeSpan::days(1);

/// The shortest and longest retention. Nodes that purge for each other may differ by some seconds.
const RETAIN_ENDED_BOUNDS: (TimeSpan, TimeSpan) = (TimeSpan::minutes(1), TimeSpan::days(365));

/// How long things last.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct RetentionArgs {
    /// How long an authorization code lasts: 1m to 10m, as a number and s, m, h or d [default: 2m]
    #[arg(long, value_name = "TIME", env = "LATCHKEY_CODE_LIFETIME", value_parser = |text: &str| read(text, Lifetimes::checked_code))]
    pub(super) code_lifetime: Option<TimeSpan>,

    /// How long an access token lasts: 1m to 24h [default: 1h]
    #[arg(long, value_name = "TIME", env = "LATCHKEY_ACCESS_TOKEN_LIFETIME", value_parser = |text: &str| read(text, Lifetimes::checked_access_token))]
    pub(super) access_token_lifetime: Option<TimeSpan>,

    /// How long a refresh token lasts if it is not used: 5m to 365d, and longer than an access token. As the other
    /// lifetimes, it holds for what was issued before, too; on several servers it has to be the same [default: 90d]
    #[arg(long, value_name = "TIME", env = "LATCHKEY_REFRESH_TOKEN_LIFETIME", value_parser = |text: &str| read(text, Lifetimes::checked_refresh_token))]
    pub(super) refresh_token_lifetime: Option<TimeSpan>,

    /// How long a member's authorization lasts, however often its tokens are refreshed; then the member is asked again:
    /// 1d to 3650d [default: 365d]
    #[arg(long, value_name = "TIME", env = "LATCHKEY_GRANT_LIFETIME", value_parser = |text: &str| read(text, Lifetimes::checked_grant))]
    pub(super) grant_lifetime: Option<TimeSpan>,

    /// How long codes, grants and sessions are kept that have ended, for anyone who looks into why: 1m to 365d [default: 1d]
    #[arg(long, value_name = "TIME", env = "LATCHKEY_RETAIN_ENDED", value_parser = |text: &str| read(text, checked_retention))]
    pub(super) retain_ended: Option<TimeSpan>,
}

impl RetentionArgs {
    /// The lifetimes; the file applies where no flag or variable does.
    pub(super) fn lifetimes(&self, file: &SettingsFile) -> Result<Lifetimes, CliError> {
        let usual = Lifetimes::default();
        let code = self.code_lifetime.or(file.code_lifetime);
        let access_token = self.access_token_lifetime.or(file.access_token_lifetime);
        let refresh_token = self.refresh_token_lifetime.or(file.refresh_token_lifetime);
        let grant = self.grant_lifetime.or(file.grant_lifetime);
        Lifetimes::new(
            code.unwrap_or_else(|| usual.code()),
            access_token.unwrap_or_else(|| usual.access_token()),
            refresh_token.unwrap_or_else(|| usual.refresh_token()),
            grant.unwrap_or_else(|| usual.grant()),
        )
        .map_err(|error| {
            CliError::Usage(format!(
                "{error}; change --refresh-token-lifetime or --access-token-lifetime"
            ))
        })
    }

    /// How long ended records are kept; the file applies where no flag or variable does.
    pub(super) fn retain_ended(&self, file: &SettingsFile) -> TimeSpan {
        self.retain_ended.or(file.retain_ended).unwrap_or(RETAIN_ENDED)
    }
}

/// Checks how long ended records are kept.
pub(super) fn checked_retention(span: TimeSpan) -> Result<TimeSpan, String> {
    let (shortest, longest) = RETAIN_ENDED_BOUNDS;
    if (shortest..=longest).contains(&span) {
        Ok(span)
    } else {
        Err(format!(
            "what ended can be kept for {shortest} to {longest}, not for {span}"
        ))
    }
}

/// Reads a time span within the bounds that `check` knows.
pub(super) fn read<E: Display>(
    text: &str,
    check: impl Fn(TimeSpan) -> Result<TimeSpan, E>,
) -> Result<TimeSpan, String> {
    let span = text.parse().map_err(|error: TimeSpanError| error.to_string())?;
    check(span).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str) -> TimeSpan {
        text.parse().unwrap()
    }

    #[test]
    fn flags_go_before_the_file_and_that_before_the_defaults() {
        let file = SettingsFile {
            code_lifetime: Some(span("3m")),
            grant_lifetime: Some(span("30d")),
            access_token_lifetime: Some(span("5m")),
            retain_ended: Some(span("2d")),
            ..SettingsFile::default()
        };
        let arguments = RetentionArgs {
            code_lifetime: Some(span("4m")),
            ..RetentionArgs::default()
        };
        let lifetimes = arguments.lifetimes(&file).unwrap();
        let expected = Lifetimes::new(
            TimeSpan::minutes(4),
            TimeSpan::minutes(5),
            TimeSpan::days(90),
            TimeSpan::days(30),
        );
        assert_eq!(Ok(lifetimes), expected);
        assert_eq!(arguments.retain_ended(&file), TimeSpan::days(2));
        let none = SettingsFile::default();
        let nothing = RetentionArgs::default();
        assert_eq!(nothing.lifetimes(&none).unwrap(), Lifetimes::default());
        assert_eq!(nothing.retain_ended(&none), TimeSpan::days(1));
    }

    #[test]
    fn what_does_not_go_together_is_said_with_the_settings_to_change() {
        let arguments = RetentionArgs {
            refresh_token_lifetime: Some(span("30m")),
            ..RetentionArgs::default()
        };
        let error = arguments
            .lifetimes(&SettingsFile::default())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("30m is not more than 1h") && error.contains("change --refresh-token-lifetime or"),
            "{error}"
        );
    }

    #[test]
    fn each_is_read_within_its_bounds() {
        assert_eq!(read("1m", checked_retention), Ok(TimeSpan::minutes(1)));
        for (text, refused) in [
            ("11m", read("11m", Lifetimes::checked_code)),
            ("25h", read("25h", Lifetimes::checked_access_token)),
            ("366d", read("366d", Lifetimes::checked_refresh_token)),
            ("59s", read("59s", checked_retention)),
        ] {
            let error = refused.unwrap_err();
            assert!(error.contains(", not ") && error.ends_with(text), "{error}");
        }
        let error = read("soon", checked_retention).unwrap_err();
        assert!(error.starts_with("expected a number and a unit"), "{error}");
    }
}
