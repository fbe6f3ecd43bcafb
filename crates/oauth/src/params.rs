//! The parameters of a request, as decoded by the HTTP layer (RFC 6749 sections 3.1 and 3.2): a repeated parameter is
//! refused unless it is [`RESOURCE`], one without a value counts as missing, an unknown one is ignored.

use latchkey_storage::ActivityReason;
use thiserror::Error;

use crate::{EndpointError, ErrorCode};

/// The maximum length of a value in bytes. A `state` may be long (some clients put a signed token into it);
/// everything else is much shorter.
const MAX_VALUE: usize = 4_096;

/// The same for an ID token that comes back, which may name many groups.
const MAX_ID_TOKEN: usize = 8_192;

/// The only parameter that may be repeated (RFC 8707 section 2).
pub(crate) const RESOURCE: &str = "resource";

/// What is wrong with a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParamError {
    /// The parameter is repeated.
    #[error("the parameter `{0}` is there more than once; send it once")]
    Duplicate(&'static str),
    /// Its value is too long.
    #[error(
        "the parameter `{name}` has {length} bytes; at most {} are allowed",
        most(name)
    )]
    TooLong {
        /// The parameter.
        name: &'static str,
        /// The length of its value in bytes.
        length: usize,
    },
}

impl From<ParamError> for EndpointError {
    fn from(error: ParamError) -> Self {
        Self::refused(
            ErrorCode::InvalidRequest,
            ActivityReason::Parameter,
            error.to_string(),
        )
    }
}

fn most(name: &str) -> usize {
    if name == "id_token_hint" {
        MAX_ID_TOKEN
    } else {
        MAX_VALUE
    }
}

fn fits(name: &'static str, value: &str) -> Result<(), ParamError> {
    let length = value.len();
    if length > most(name) {
        return Err(ParamError::TooLong { name, length });
    }
    Ok(())
}

/// The known parameters of a request, in their original order.
#[derive(Clone)]
pub(crate) struct Params<'a>(Vec<(&'static str, &'a str)>);

impl<'a> Params<'a> {
    /// Keeps those of `pairs` whose name is `known`.
    pub(crate) fn new(pairs: &'a [(String, String)], known: &[&'static str]) -> Self {
        let known = |name: &str| known.iter().copied().find(|known| *known == name);
        Self(
            pairs
                .iter()
                .filter_map(|(name, value)| Some((known(name)?, value.as_str())))
                .collect(),
        )
    }

    /// The value of a parameter; `None` if it is missing or empty.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&'a str>, ParamError> {
        let mut found = self.0.iter().filter(|(other, _)| *other == name);
        let Some((name, value)) = found.next().copied() else {
            return Ok(None);
        };
        if found.next().is_some() {
            return Err(ParamError::Duplicate(name));
        }
        fits(name, value)?;
        Ok(Some(value).filter(|value| !value.is_empty()))
    }

    /// The value of a parameter that must be there; `invalid_request` if it is missing or empty.
    pub(crate) fn required(&self, name: &str) -> Result<&'a str, EndpointError> {
        self.get(name)?.ok_or_else(|| {
            let words = format!("`{name}` is missing");
            EndpointError::refused(ErrorCode::InvalidRequest, ActivityReason::Parameter, words)
        })
    }

    /// All values of a parameter that may be repeated; those that are empty count as missing.
    pub(crate) fn all(&self, name: &str) -> Result<Vec<&'a str>, ParamError> {
        let mut values = Vec::new();
        for (found, value) in self.0.iter().filter(|(other, _)| *other == name) {
            fits(found, value)?;
            values.extend((!value.is_empty()).then_some(*value));
        }
        Ok(values)
    }

    /// Fails if any parameter is invalid.
    pub(crate) fn check(&self) -> Result<(), ParamError> {
        self.0.iter().try_for_each(|(name, _)| match *name {
            RESOURCE => self.all(name).map(drop),
            name => self.get(name).map(drop),
        })
    }

    /// The parameters, to send them again in a form or link.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KNOWN: &[&str] = &["code", "state"];

    fn pairs(text: &[(&str, &str)]) -> Vec<(String, String)> {
        text.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_value_is_found_and_an_empty_one_counts_as_left_out() {
        let pairs = pairs(&[("code", "abc"), ("state", ""), ("unknown", "1"), ("unknown", "2")]);
        let params = Params::new(&pairs, KNOWN);
        assert_eq!(params.get("code"), Ok(Some("abc")));
        assert_eq!(params.get("state"), Ok(None));
        assert_eq!(params.get("unknown"), Ok(None));
        assert_eq!(params.check(), Ok(()));
    }

    #[test]
    fn a_parameter_that_comes_twice_is_refused_even_when_empty_or_equal() {
        for second in ["", "a", "b"] {
            let pairs = pairs(&[("code", "a"), ("code", second)]);
            let params = Params::new(&pairs, KNOWN);
            assert_eq!(params.get("code"), Err(ParamError::Duplicate("code")));
            assert_eq!(params.check(), Err(ParamError::Duplicate("code")));
        }
    }

    #[test]
    fn only_a_resource_may_come_more_than_once() {
        let pairs = pairs(&[
            ("resource", "a"),
            ("resource", ""),
            ("resource", "b"),
            ("code", "c"),
        ]);
        let params = Params::new(&pairs, &["code", RESOURCE]);
        assert_eq!(params.check(), Ok(()));
        assert_eq!(params.all(RESOURCE), Ok(vec!["a", "b"]));
        let long = "x".repeat(MAX_VALUE + 1);
        let pairs = self::pairs(&[("resource", "a"), ("resource", &long)]);
        let params = Params::new(&pairs, &[RESOURCE]);
        assert!(params.check().is_err() && params.all(RESOURCE).is_err());
    }

    #[test]
    fn a_value_has_a_bound() {
        let long = "x".repeat(MAX_VALUE + 1);
        let pairs = pairs(&[("state", &long)]);
        let error = Params::new(&pairs, KNOWN).check().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the parameter `state` has 4097 bytes; at most 4096 are allowed"
        );
    }

    proptest! {
        #[test]
        fn whatever_comes_is_either_one_value_or_an_error(
            pairs in proptest::collection::vec(("(code|state|other|.{0,5})", ".{0,20}"), 0..6)
        ) {
            let params = Params::new(&pairs, KNOWN);
            for name in KNOWN {
                let values: Vec<&str> =
                    pairs.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect();
                match params.get(name) {
                    Ok(None) => prop_assert!(values.is_empty() || values == [""]),
                    Ok(Some(value)) => prop_assert_eq!(values, [value]),
                    Err(ParamError::Duplicate(_)) => prop_assert!(values.len() > 1),
                    Err(ParamError::TooLong { length, .. }) => prop_assert!(length > MAX_VALUE),
                }
            }
            prop_assert!(params.pairs().all(|(name, _)| KNOWN.contains(&name)));
        }
    }
}
