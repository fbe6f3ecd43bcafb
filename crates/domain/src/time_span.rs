//! How long something lasts, as people write it in settings: `90s`, `10m`, `1h`, `90d`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

/// The units: what they are written as, what they are called, and how many seconds they have; the largest first.
const UNITS: [(char, &str, u64); 4] = [
    ('d', "day", 86_400),
    ('h', "hour", 3_600),
    ('m', "minute", 60),
    ('s', "second", 1),
];

/// How long something lasts: a whole number of seconds, of which there is at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan(u64);

/// The text is not a time span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected a number and a unit (s, m, h or d), like 90s, 10m, 1h or 90d")]
pub struct TimeSpanError;

impl TimeSpan {
    /// So many seconds.
    pub const fn seconds(count: u32) -> Self {
        // There is no shorter one.
        Self(if count == 0 { 1 } else { count as u64 })
    }

    /// So many minutes.
    pub const fn minutes(count: u32) -> Self {
        Self(Self::seconds(count).0 * 60)
    }

    /// So many hours.
    pub const fn hours(count: u32) -> Self {
        Self(Self::seconds(count).0 * 3_600)
    }

    /// So many days.
    pub const fn days(count: u32) -> Self {
        Self(Self::seconds(count).0 * 86_400)
    }

    /// How long that is.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }

    /// The same for a sentence: `2 minutes`, `1 hour`.
    pub fn in_words(self) -> String {
        let (count, (_, name, _)) = self.in_largest_unit();
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {name}{plural}")
    }

    /// In the largest unit of which it is a whole number.
    fn in_largest_unit(self) -> (u64, (char, &'static str, u64)) {
        let fits = |(_, _, seconds): &&(char, &str, u64)| self.0.is_multiple_of(*seconds);
        let unit = *UNITS.iter().find(fits).unwrap_or(&UNITS[UNITS.len() - 1]);
        (self.0 / unit.2, unit)
    }
}

impl From<TimeSpan> for Duration {
    fn from(span: TimeSpan) -> Self {
        span.duration()
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, (unit, ..)) = self.in_largest_unit();
        write!(f, "{count}{unit}")
    }
}

impl FromStr for TimeSpan {
    type Err = TimeSpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (_, _, seconds) = UNITS
            .into_iter()
            .find(|(unit, ..)| text.ends_with(*unit))
            .ok_or(TimeSpanError)?;
        // A number of digits alone: Rust would read a sign, too.
        let digits = &text[..text.len() - 1];
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TimeSpanError);
        }
        let count: u32 = digits.parse().map_err(|_| TimeSpanError)?;
        if count == 0 {
            return Err(TimeSpanError);
        }
        Ok(Self(u64::from(count) * seconds))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, seconds) in [
            ("90s", 90),
            ("10m", 600),
            ("1h", 3_600),
            ("90d", 7_776_000),
            ("007s", 7),
        ] {
            assert_eq!(
                text.parse::<TimeSpan>().unwrap().duration(),
                Duration::from_secs(seconds)
            );
        }
        for wrong in [
            "",
            "s",
            "90",
            "0s",
            "-1h",
            "+1h",
            "1.5h",
            "1 h",
            " 1h",
            "1H",
            "1w",
            "1h30m",
            "1é",
            "4294967296s",
        ] {
            assert_eq!(wrong.parse::<TimeSpan>(), Err(TimeSpanError), "{wrong}");
        }
    }

    #[test]
    fn is_written_in_the_largest_unit_that_fits() {
        for (span, short, words) in [
            (TimeSpan::seconds(90), "90s", "90 seconds"),
            (TimeSpan::minutes(2), "2m", "2 minutes"),
            (TimeSpan::seconds(3_600), "1h", "1 hour"),
            (TimeSpan::hours(36), "36h", "36 hours"),
            (TimeSpan::days(1), "1d", "1 day"),
        ] {
            assert_eq!(
                (span.to_string().as_str(), span.in_words().as_str()),
                (short, words)
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(count in 1_u32.., unit in 0_usize..4) {
            let text = format!("{count}{}", UNITS[unit].0);
            let span: TimeSpan = text.parse().unwrap();
            prop_assert_eq!(span.duration().as_secs(), u64::from(count) * UNITS[unit].2);
            // In another unit, perhaps.
            let written = span.to_string();
            prop_assert!(written.len() <= text.len());
            prop_assert_eq!(written.parse::<TimeSpan>(), Ok(span));
        }

        #[test]
        fn nothing_else_is_read(text in "\\PC{0,8}") {
            let expected = text.len() > 1
                && text.ends_with(['s', 'm', 'h', 'd'])
                && text[..text.len() - 1].bytes().all(|byte| byte.is_ascii_digit())
                && text[..text.len() - 1].parse::<u32>().is_ok_and(|count| count > 0);
            prop_assert_eq!(text.parse::<TimeSpan>().is_ok(), expected);
        }
    }
}
