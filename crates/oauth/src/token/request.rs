//! A request at the token endpoint (RFC 6749 sections 4.1.3 and 6), read once into a type that holds only what makes
//! sense.

use latchkey_domain::ScopeSet;
use secrecy::SecretString;

use crate::params::Params;
use crate::{EndpointError, ErrorCode};

/// The parameters that the endpoint knows.
pub(super) const PARAMETERS: &[&str] = &[
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "client_id",
    "client_secret",
];

/// What a client asks for.
#[derive(Debug)]
pub(super) enum TokenRequest {
    Code(CodeRequest),
    Refresh(RefreshRequest),
}

/// The exchange of a code (RFC 6749 section 4.1.3).
#[derive(Debug)]
pub(super) struct CodeRequest {
    pub(super) code: SecretString,
    pub(super) redirect_uri: Option<String>,
    pub(super) code_verifier: Option<SecretString>,
}

/// A refresh (section 6).
#[derive(Debug)]
pub(super) struct RefreshRequest {
    pub(super) refresh_token: SecretString,
    /// To what the access token is to be narrowed.
    pub(super) scope: Option<ScopeSet>,
}

impl TokenRequest {
    /// Reads a request.
    pub(super) fn read(params: &Params<'_>) -> Result<Self, EndpointError> {
        match params.get("grant_type")? {
            Some("authorization_code") => Ok(Self::Code(CodeRequest {
                code: required(params, "code")?.into(),
                redirect_uri: params.get("redirect_uri")?.map(str::to_owned),
                code_verifier: params.get("code_verifier")?.map(SecretString::from),
            })),
            Some("refresh_token") => Ok(Self::Refresh(RefreshRequest {
                refresh_token: required(params, "refresh_token")?.into(),
                scope: params.get("scope")?.map(scope).transpose()?.flatten(),
            })),
            Some(_) => Err(EndpointError::refused(
                ErrorCode::UnsupportedGrantType,
                "`grant_type` is not supported; expected authorization_code or refresh_token",
            )),
            None => Err(EndpointError::refused(
                ErrorCode::InvalidRequest,
                "`grant_type` is missing; expected authorization_code or refresh_token, in a form-encoded body",
            )),
        }
    }
}

fn required<'a>(params: &Params<'a>, name: &str) -> Result<&'a str, EndpointError> {
    params
        .get(name)?
        .ok_or_else(|| EndpointError::refused(ErrorCode::InvalidRequest, format!("`{name}` is missing")))
}

/// Nothing but white space counts as left out, as at the authorization endpoint.
fn scope(text: &str) -> Result<Option<ScopeSet>, EndpointError> {
    let scopes: ScopeSet = text
        .parse()
        .map_err(|error| EndpointError::refused(ErrorCode::InvalidScope, format!("{error}")))?;
    Ok((!scopes.is_empty()).then_some(scopes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<TokenRequest, EndpointError> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        TokenRequest::read(&Params::new(&pairs, PARAMETERS))
    }

    fn refusal(pairs: &[(&str, &str)]) -> (ErrorCode, String) {
        let error = read(pairs).unwrap_err();
        (error.code(), error.description().to_owned())
    }

    #[test]
    fn both_grant_types_are_read() {
        let code = [
            ("grant_type", "authorization_code"),
            ("code", "x"),
            ("code_verifier", ""),
        ];
        assert!(matches!(
            read(&code),
            Ok(TokenRequest::Code(CodeRequest {
                code_verifier: None,
                ..
            }))
        ));
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", "x"),
            ("scope", "read:posts"),
        ];
        assert!(matches!(
            read(&refresh),
            Ok(TokenRequest::Refresh(RefreshRequest { scope: Some(_), .. }))
        ));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(refusal(&[]).0, ErrorCode::InvalidRequest);
        assert_eq!(
            refusal(&[("grant_type", "authorization_code")]),
            (ErrorCode::InvalidRequest, "`code` is missing".into())
        );
        assert_eq!(
            refusal(&[("grant_type", "refresh_token"), ("refresh_token", "")]),
            (ErrorCode::InvalidRequest, "`refresh_token` is missing".into())
        );
    }

    #[test]
    fn grant_types_that_are_gone_are_not_supported() {
        for grant_type in ["password", "client_credentials", "implicit", "Authorization_Code"] {
            assert_eq!(
                refusal(&[("grant_type", grant_type)]).0,
                ErrorCode::UnsupportedGrantType
            );
        }
    }

    #[test]
    fn an_unknown_scope_is_named() {
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", "x"),
            ("scope", "read:mail"),
        ];
        let (code, words) = refusal(&refresh);
        assert_eq!(code, ErrorCode::InvalidScope);
        assert!(
            words.starts_with("`read:mail` is not a scope of this network. Its scopes are "),
            "{words}"
        );
    }

    #[test]
    fn white_space_alone_is_no_scope_that_narrows() {
        for scope in [" ", "\n", "\u{a0}\t"] {
            let refresh = [
                ("grant_type", "refresh_token"),
                ("refresh_token", "x"),
                ("scope", scope),
            ];
            assert!(matches!(
                read(&refresh),
                Ok(TokenRequest::Refresh(RefreshRequest { scope: None, .. }))
            ));
        }
    }

    #[test]
    fn nothing_secret_prints() {
        let request = read(&[
            ("grant_type", "authorization_code"),
            ("code", "s3cret-code"),
            ("code_verifier", "s3cret-verifier"),
        ]);
        assert!(!format!("{request:?}").contains("s3cret"));
        let request = read(&[("grant_type", "refresh_token"), ("refresh_token", "s3cret")]);
        assert!(!format!("{request:?}").contains("s3cret"));
    }

    proptest! {
        #[test]
        fn any_request_is_read_or_refused_without_repeating_values(
            grant_type in "(authorization_code|refresh_token|.{0,10})", value in "S[a-z]{20}E",
        ) {
            let result = read(&[("grant_type", &grant_type), ("code", &value), ("refresh_token", &value)]);
            if let Err(error) = result {
                prop_assert!(!error.description().contains(&value));
            }
        }
    }
}
