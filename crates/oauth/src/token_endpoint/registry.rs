//! The grant types of the token endpoint, one file each. Metadata, error messages and metrics use this list.

use latchkey_storage::ActivityReason;

use super::grant_type::GrantType;
use super::{authorization_code, refresh_token};
use crate::params::{Params, RESOURCE};
use crate::{EndpointError, ErrorCode};

pub(crate) const COUNT: usize = 2;

pub(crate) const GRANT_TYPES: [&GrantType; COUNT] =
    [&authorization_code::GRANT_TYPE, &refresh_token::GRANT_TYPE];

/// The parameters of every grant type: its name, the client's credentials (RFC 6749 section 2.3.1), and what the tokens are
/// for (RFC 8707 section 2.2).
const COMMON: [&str; 4] = ["grant_type", "client_id", "client_secret", RESOURCE];

/// The grant type of a request, or an error that lists the supported ones.
pub(super) fn find(params: &Params<'_>) -> Result<&'static GrantType, EndpointError> {
    let name = params.get("grant_type")?;
    let found = name.and_then(|name| GRANT_TYPES.into_iter().find(|known| known.id == name));
    found.ok_or_else(|| {
        let expected = GRANT_TYPES.map(|known| known.id).join(" or ");
        match name {
            Some(_) => EndpointError::refused(
                ErrorCode::UnsupportedGrantType,
                ActivityReason::GrantType,
                format!("`grant_type` is not supported; expected {expected}"),
            ),
            None => EndpointError::refused(
                ErrorCode::InvalidRequest,
                ActivityReason::GrantType,
                format!("`grant_type` is missing; expected {expected}, in a form-encoded body"),
            ),
        }
    })
}

/// The parameters that the endpoint knows. Those of other grant types must not be repeated either.
pub(super) fn parameters() -> Vec<&'static str> {
    let of_types = GRANT_TYPES.into_iter().flat_map(|known| known.parameters);
    COMMON.iter().chain(of_types).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::super::grant_type::tests::{read, refusal};
    use super::*;

    fn refused(pairs: &[(&str, &str)]) -> (ErrorCode, String) {
        refusal(read(pairs, &parameters(), find))
    }

    #[test]
    fn every_grant_type_is_found_by_its_name() {
        for known in GRANT_TYPES {
            let found = read(&[("grant_type", known.id)], &parameters(), find).unwrap();
            assert_eq!(found.id, known.id);
        }
    }

    #[test]
    fn a_missing_grant_type_is_named() {
        assert_eq!(
            refused(&[]),
            (
                ErrorCode::InvalidRequest,
                "`grant_type` is missing; expected authorization_code or refresh_token, in a form-encoded body".into()
            )
        );
    }

    #[test]
    fn grant_types_that_are_gone_are_not_supported() {
        for grant_type in ["password", "client_credentials", "implicit", "Authorization_Code"] {
            assert_eq!(
                refused(&[("grant_type", grant_type)]).0,
                ErrorCode::UnsupportedGrantType
            );
        }
    }

    #[test]
    fn a_parameter_of_any_grant_type_must_not_come_twice() {
        for name in parameters().into_iter().filter(|name| *name != RESOURCE) {
            let pairs = [(name, "a"), (name, "b")];
            assert!(
                read(&pairs, &parameters(), |params| Ok(params.check()?)).is_err(),
                "{name}"
            );
        }
    }
}
