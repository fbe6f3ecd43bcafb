//! Moments in words: how long ago, or the date.

use std::time::Duration;

use latchkey_domain::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// `just now`, `5 minutes ago`, `2 days ago`, and after a week the date.
pub(crate) fn when(at: Timestamp, now: Timestamp) -> String {
    let ago = |count: u64, unit: &str| format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" });
    match now.since(at).as_secs() {
        0..90 => "just now".to_owned(),
        seconds @ 90..HOUR => ago((seconds + MINUTE / 2) / MINUTE, "minute"),
        seconds @ HOUR..DAY => ago(seconds / HOUR, "hour"),
        seconds if now.since(at) < Duration::from_secs(7 * DAY) => ago(seconds / DAY, "day"),
        _ => format!("on {}", time(at).strftime("%-d %b %Y")),
    }
}

/// `15 Jan 2027, 08:00:00 UTC`, for those who compare it with a log.
pub(super) fn moment(at: Timestamp) -> String {
    time(at).strftime("%-d %b %Y, %H:%M:%S UTC").to_string()
}

/// `Fri 15 Jan, 08:00 UTC`, for the beginning of an hour or more.
pub(super) fn hour(at: Timestamp) -> String {
    time(at).strftime("%a %-d %b, %H:%M UTC").to_string()
}

/// ISO 8601, for the `datetime` attribute.
pub(super) fn iso(at: Timestamp) -> String {
    time(at).to_string()
}

fn time(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_long_ago() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        for (seconds, words) in [
            (0, "just now"),
            (89, "just now"),
            (90, "2 minutes ago"),
            (HOUR - 1, "60 minutes ago"),
            (HOUR, "1 hour ago"),
            (DAY - 1, "23 hours ago"),
            (DAY, "1 day ago"),
            (6 * DAY, "6 days ago"),
            (7 * DAY, "on 8 Jan 2027"),
        ] {
            assert_eq!(when(now.minus(Duration::from_secs(seconds)), now), words);
        }
        assert_eq!(iso(now), "2027-01-15T08:00:00Z");
        assert_eq!(moment(now), "15 Jan 2027, 08:00:00 UTC");
        assert_eq!(hour(now), "Fri 15 Jan, 08:00 UTC");
    }
}
