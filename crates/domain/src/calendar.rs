//! Timestamps as dates, in UTC, as people and programs read and write them. Only the server needs this: a browser gets
//! finished text.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::Timestamp;

impl Timestamp {
    /// ISO 8601: `2027-01-15T08:00:00Z`.
    pub fn iso(self) -> String {
        self.calendar().to_string()
    }

    /// By a format of `strftime`: `%-d %b %Y` is `15 Jan 2027`.
    pub fn format(self, format: &str) -> String {
        self.calendar().strftime(format).to_string()
    }

    /// Reads ISO 8601 with an offset: `2027-01-15T08:00:00Z`.
    pub fn parse_iso(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>()
            .ok()
            .map(|time| Self::from_millis(time.as_millisecond()))
    }

    /// The beginning of a day: `2027-01-15`.
    pub fn parse_day(text: &str) -> Option<Self> {
        let day: Date = text.get(..10).filter(|day| *day == text)?.parse().ok()?;
        let start = day.to_zoned(TimeZone::UTC).ok()?.timestamp();
        Some(Self::from_millis(start.as_millisecond()))
    }

    /// A time that the calendar does not reach is 1970.
    fn calendar(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.as_millis()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let time = Timestamp::from_millis(1_800_000_000_000);
        assert_eq!(time.iso(), "2027-01-15T08:00:00Z");
        assert_eq!(Timestamp::parse_iso(&time.iso()), Some(time));
        assert_eq!(time.format("%-d %b %Y"), "15 Jan 2027");
        assert_eq!(
            Timestamp::parse_day("2027-01-15").unwrap().iso(),
            "2027-01-15T00:00:00Z"
        );
    }

    #[test]
    fn a_day_is_nothing_but_a_day() {
        for text in ["", "2027-02-30", "2027-01-15T08:00", "15.01.2027", "20270115"] {
            assert_eq!(Timestamp::parse_day(text), None, "{text}");
        }
    }
}
