//! Times, as both file formats have them.

use latchkey_domain::Timestamp;

/// A time: ISO 8601 with its offset, or a date, meaning midnight UTC.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_iso(text)
        // A time without its offset is ambiguous.
        .or_else(|| Timestamp::parse_day(text))
        .ok_or_else(|| {
            format!(
                "“{}” is not a time; expected 2026-05-01T18:30:00Z or 2026-05-01",
                cut(text)
            )
        })
}

/// A time in the past.
pub(super) fn past(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let at = time(text)?;
    if at > now {
        return Err(format!("“{}” is in the future", cut(text)));
    }
    Ok(at)
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_days() {
        for (text, millis) in [
            ("1970-01-02", 86_400_000),
            ("1970-01-01T00:00:01Z", 1_000),
            ("1970-01-01T02:00:00+02:00", 0),
        ] {
            assert_eq!(time(text), Ok(Timestamp::from_millis(millis)), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "2026-05-01 10:00", "1700000000"] {
            assert!(time(text).is_err(), "{text}");
        }
        assert!(past("1970-01-02", Timestamp::from_millis(0)).is_err());
    }
}
