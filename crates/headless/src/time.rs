//! Times for clients.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use latchkey_domain::Timestamp;

/// A time in ISO 8601, in UTC: `2026-05-01T18:30:00Z`.
pub(crate) struct DateTime(pub(crate) Timestamp);

#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let time = match &value {
            Value::String(text) => text.parse::<jiff::Timestamp>().ok(),
            _ => None,
        };
        time.map(|time| Self(Timestamp::from_millis(time.as_millisecond())))
            .ok_or_else(|| InputValueError::custom("expected a time like 2026-05-01T18:30:00Z"))
    }

    fn to_value(&self) -> Value {
        let time = jiff::Timestamp::from_millisecond(self.0.as_millis());
        // Years that ISO 8601 cannot express become null.
        time.map_or(Value::Null, |time| Value::String(time.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_iso_8601_in_utc() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_780_000_000_123, "2026-05-28T20:26:40.123Z"),
        ] {
            assert_eq!(
                DateTime(Timestamp::from_millis(millis)).to_value(),
                Value::from(text)
            );
        }
    }
}
