//! The access token of a request. It is read only from the `Authorization` header (RFC 6750 section 2.1): a token in
//! a query string would end up in logs and histories (RFC 9700 section 4.3.2).

use super::AccessError;

/// Takes the token out of the header's value. The scheme is case-insensitive (RFC 9110 section 11.1).
pub(super) fn token(authorization: Option<&str>) -> Result<&str, AccessError> {
    let header = authorization
        .map(str::trim)
        .filter(|header| !header.is_empty())
        .ok_or(AccessError::NoToken)?;
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        // Another scheme does not carry a token.
        return Err(AccessError::NoToken);
    }
    let token = token.trim();
    if token.is_empty() {
        return Err(AccessError::InvalidRequest(
            "the Authorization header says Bearer, but no token follows",
        ));
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(AccessError::InvalidRequest(
            "the Authorization header has more than a token behind Bearer; expected Bearer, a space and the token",
        ));
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_token_follows_the_scheme() {
        for header in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(token(Some(header)).unwrap(), "abc");
        }
    }

    #[test]
    fn no_token_and_a_malformed_one_are_told_apart() {
        for header in [None, Some(""), Some("Basic abc"), Some("abc")] {
            assert!(matches!(token(header), Err(AccessError::NoToken)), "{header:?}");
        }
        for header in ["Bearer", "Bearer ", "Bearer a b", "Bearer a\tb"] {
            assert!(
                matches!(token(Some(header)), Err(AccessError::InvalidRequest(_))),
                "{header:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_header_is_understood_or_refused(header in ".{0,40}") {
            if let Ok(token) = token(Some(&header)) {
                prop_assert!(header.contains(token));
            }
        }
    }
}
