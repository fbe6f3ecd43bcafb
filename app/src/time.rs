//! Times as text: how long ago, or the date.

use std::time::Duration;

use latchkey_domain::Timestamp;
use leptos::prelude::*;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// `just now`, `5 minutes ago`, `2 days ago`, or the date after a week.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let units = |count: u64, unit: &str| format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" });
    match now.since(at).as_secs() {
        0..90 => "just now".to_owned(),
        seconds @ 90..HOUR => units((seconds + MINUTE / 2) / MINUTE, "minute"),
        seconds @ HOUR..DAY => units(seconds / HOUR, "hour"),
        seconds if now.since(at) < Duration::from_secs(7 * DAY) => units(seconds / DAY, "day"),
        _ => date(at),
    }
}

/// `15 Jan 2027`.
pub(crate) fn date(at: Timestamp) -> String {
    time(at).strftime("%-d %b %Y").to_string()
}

/// `15 Jan 2027, 08:00:00 UTC`, to compare with a log.
pub(crate) fn exact(at: Timestamp) -> String {
    time(at).strftime("%-d %b %Y, %H:%M:%S UTC").to_string()
}

/// `Fri 15 Jan, 08:00 UTC`, for the start of a period.
pub(crate) fn hour(at: Timestamp) -> String {
    time(at).strftime("%a %-d %b, %H:%M UTC").to_string()
}

/// ISO 8601, for the `datetime` attribute.
pub(crate) fn iso(at: Timestamp) -> String {
    time(at).to_string()
}

/// How long ago, as a `<time>` element.
pub(crate) fn time_ago(at: Timestamp, now: Timestamp) -> impl IntoView {
    view! { <time datetime=iso(at)>{ago(at, now)}</time> }
}

/// The exact time, as a `<time>` element.
pub(crate) fn exact_time(at: Timestamp) -> impl IntoView {
    view! { <time datetime=iso(at)>{exact(at)}</time> }
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
        for (seconds, text) in [
            (0, "just now"),
            (89, "just now"),
            (90, "2 minutes ago"),
            (HOUR - 1, "60 minutes ago"),
            (HOUR, "1 hour ago"),
            (DAY - 1, "23 hours ago"),
            (DAY, "1 day ago"),
            (6 * DAY, "6 days ago"),
            (7 * DAY, "8 Jan 2027"),
        ] {
            assert_eq!(ago(now.minus(Duration::from_secs(seconds)), now), text);
        }
        assert_eq!(iso(now), "2027-01-15T08:00:00Z");
        assert_eq!(exact(now), "15 Jan 2027, 08:00:00 UTC");
        assert_eq!(hour(now), "Fri 15 Jan, 08:00 UTC");
    }
}
