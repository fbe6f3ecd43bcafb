//! Where traces go: Latchkey's own settings, and those that all `OpenTelemetry` programs share.
//!
//! The SDK reads the shared variables for the sampler, the batches and the resource. It does not read some of those
//! handled here (`OTEL_SDK_DISABLED`, `OTEL_TRACES_EXPORTER`), and reports a mistake in the others only when traces
//! do not arrive: here a bad address is refused with a message when the server starts.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use opentelemetry_otlp::{OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT};
use serde::Deserialize;

/// The collector's path for traces, below its base address (OTLP/HTTP).
const PATH: &str = "/v1/traces";

/// The shared variables, and whether each contains the complete address.
const VARIABLES: [(&str, bool); 2] = [
    (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, true),
    (OTEL_EXPORTER_OTLP_ENDPOINT, false),
];

/// The `http` address of a collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OtlpEndpoint(Uri);

impl OtlpEndpoint {
    /// The endpoint in the shared environment variables, read by `read`.
    pub(super) fn shared(read: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, String> {
        // An empty variable counts as unset, as the specification requires.
        let read = |name: &str| read(name).filter(|text| !text.trim().is_empty());
        let switched = read("OTEL_SDK_DISABLED").is_some_and(|text| text.trim().eq_ignore_ascii_case("true"));
        if switched || read("OTEL_TRACES_EXPORTER").is_some_and(|text| text.trim() == "none") {
            return Ok(None);
        }
        for (name, complete) in VARIABLES {
            if let Some(text) = read(name) {
                let endpoint = Self::parse(&text, complete).map_err(|why| format!("{name}: {why}"))?;
                return Ok(Some(endpoint));
            }
        }
        Ok(None)
    }

    fn parse(text: &str, complete: bool) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("{why}; expected an address like http://127.0.0.1:4318"));
        let Ok(uri) = text.trim().parse::<Uri>() else {
            return wrong("that is not a web address");
        };
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => {
                return wrong(
                    "traces are sent over plain HTTP only: run a collector beside Latchkey, and let it speak TLS",
                );
            }
            _ => return wrong("it has to begin with http://"),
        }
        let Some(authority) = uri.authority().filter(|authority| !authority.host().is_empty()) else {
            return wrong("it has no host");
        };
        if authority.as_str().contains('@') || uri.query().is_some() {
            return wrong("it must have neither a user name nor a query in it");
        }
        let path = match (complete, uri.path().trim_end_matches('/')) {
            (true, _) => uri.path().to_owned(),
            (false, base) => format!("{base}{PATH}"),
        };
        format!("http://{authority}{path}")
            .parse()
            .map(Self)
            .or_else(|_| wrong("that is not a web address"))
    }
}

impl FromStr for OtlpEndpoint {
    type Err = String;

    /// Reads the collector's address and adds the path for traces.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text, false)
    }
}

impl fmt::Display for OtlpEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The part of traces to send, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Sampling(f64);

impl Sampling {
    /// The ratio, from 0 to 1.
    pub(crate) fn ratio(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Sampling {
    type Error = &'static str;

    fn try_from(ratio: f64) -> Result<Self, Self::Error> {
        if (0.0..=1.0).contains(&ratio) {
            Ok(Self(ratio))
        } else {
            Err("expected a number from 0 (none) to 1 (all), like 0.1")
        }
    }
}

impl FromStr for Sampling {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().parse().unwrap_or(f64::NAN).try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(variables: &[(&str, &str)]) -> Result<Option<String>, String> {
        let read = |name: &str| {
            let found = variables.iter().find(|(other, _)| *other == name)?;
            Some(found.1.to_owned())
        };
        OtlpEndpoint::shared(read).map(|endpoint| endpoint.map(|endpoint| endpoint.to_string()))
    }

    #[test]
    fn traces_have_a_path_of_their_own() {
        for (text, expected) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("http://collector:4318/", "http://collector:4318/v1/traces"),
            ("http://[::1]:4318/otlp/", "http://[::1]:4318/otlp/v1/traces"),
        ] {
            assert_eq!(text.parse::<OtlpEndpoint>().unwrap().to_string(), expected);
        }
    }

    #[test]
    fn what_cannot_be_reached_is_refused_in_words() {
        for (text, words) in [
            ("https://collector:4318", "over plain HTTP only"),
            ("127.0.0.1:4318", "has to begin with http://"),
            ("http://user:secret@collector", "neither a user name"),
            ("http://collector/?token=x", "neither a user name"),
            ("grpc://collector", "has to begin with http://"),
            ("", "not a web address"),
        ] {
            let error = text.parse::<OtlpEndpoint>().unwrap_err();
            assert!(error.contains(words) && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_variables_of_all_programs_are_understood() {
        let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:1");
        let traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://b:2/in");
        assert_eq!(shared(&[]), Ok(None));
        assert_eq!(shared(&[base]), Ok(Some("http://a:1/v1/traces".into())));
        assert_eq!(shared(&[base, traces]), Ok(Some("http://b:2/in".into())));
        assert_eq!(shared(&[(base.0, "")]), Ok(None));
        assert_eq!(shared(&[base, ("OTEL_SDK_DISABLED", "true")]), Ok(None));
        assert_eq!(shared(&[base, ("OTEL_TRACES_EXPORTER", "none")]), Ok(None));
        let error = shared(&[(base.0, "https://a:1")]).unwrap_err();
        assert!(error.starts_with("OTEL_EXPORTER_OTLP_ENDPOINT: "), "{error}");
    }

    #[test]
    fn a_part_is_from_nothing_to_all() {
        for right in ["0", "0.25", "1", "1.0"] {
            assert!(right.parse::<Sampling>().is_ok(), "{right}");
        }
        for wrong in ["", "-0.1", "1.1", "NaN", "half"] {
            assert!(wrong.parse::<Sampling>().is_err(), "{wrong}");
        }
    }
}
