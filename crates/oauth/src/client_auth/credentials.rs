//! The credentials of a request, before they are checked.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;
use secrecy::SecretString;

use super::invalid_client;
use crate::params::Params;
use crate::{EndpointError, ErrorCode};

/// Some clients leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Which application says that it asks, and with what it means to prove it.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) client_id: String,
    /// `None` if there is none or it is empty: RFC 6749 section 2.3.1 makes no difference.
    pub(crate) secret: Option<SecretString>,
}

impl Credentials {
    /// Reads them from the `Authorization` header and the parameters `client_id` and `client_secret`.
    ///
    /// Fails with `invalid_request` if a request uses two methods (section 2.3), with `invalid_client` if it uses none
    /// or one that is not supported.
    pub(crate) fn read(authorization: Option<&str>, params: &Params<'_>) -> Result<Self, EndpointError> {
        let (client_id, secret) = (params.get("client_id")?, params.get("client_secret")?);
        let Some(authorization) = authorization else {
            let client_id = client_id.ok_or_else(|| {
                invalid_client(
                    "`client_id` is missing; send it with `client_secret` in the body or by HTTP Basic, or alone if the \
                     application is public",
                )
            })?;
            return Ok(Self {
                client_id: client_id.to_owned(),
                secret: secret.map(SecretString::from),
            });
        };
        let basic = Self::from_basic(authorization)?;
        if secret.is_some() {
            return Err(EndpointError::refused(
                ErrorCode::InvalidRequest,
                "the request has an Authorization header and `client_secret` in its body; use one of the two",
            ));
        }
        if client_id.is_some_and(|client_id| client_id != basic.client_id) {
            return Err(EndpointError::refused(
                ErrorCode::InvalidRequest,
                "`client_id` in the body is not the one in the Authorization header",
            ));
        }
        Ok(basic)
    }

    /// HTTP Basic, with the id and the secret form-encoded inside (section 2.3.1).
    fn from_basic(authorization: &str) -> Result<Self, EndpointError> {
        let (scheme, encoded) = authorization
            .trim()
            .split_once(' ')
            .unwrap_or((authorization.trim(), ""));
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(invalid_client(
                "the Authorization header does not use HTTP Basic, the only scheme that is supported here",
            ));
        }
        let decoded = BASE64
            .decode(encoded.trim())
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let (id, secret) = decoded.as_deref().and_then(|pair| pair.split_once(':')).ok_or_else(|| {
            invalid_client(
                "the Authorization header is not HTTP Basic; expected Basic and the base64 of client_id:client_secret",
            )
        })?;
        let secret = form_decoded(secret);
        Ok(Self {
            client_id: form_decoded(id),
            secret: (!secret.is_empty()).then(|| secret.into()),
        })
    }
}

/// Decodes what a client should have form-encoded. One that did not is understood as well: ids and secrets here have
/// no character that would be encoded.
fn form_decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(decoded) => decoded.into_owned(),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    const KNOWN: &[&str] = &["client_id", "client_secret"];

    fn read(
        authorization: Option<&str>,
        form: &[(&str, &str)],
    ) -> Result<(String, Option<String>), EndpointError> {
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let credentials = Credentials::read(authorization, &Params::new(&form, KNOWN))?;
        Ok((
            credentials.client_id,
            credentials.secret.map(|secret| secret.expose_secret().to_owned()),
        ))
    }

    fn basic(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    #[test]
    fn basic_post_and_none_are_understood() {
        let both = ("id".to_owned(), Some("secret".to_owned()));
        assert_eq!(read(Some(&basic("id:secret")), &[]).unwrap(), both);
        assert_eq!(
            read(Some(&basic("id:secret")), &[("client_id", "id")]).unwrap(),
            both
        );
        assert_eq!(
            read(None, &[("client_id", "id"), ("client_secret", "secret")]).unwrap(),
            both
        );
        assert_eq!(read(None, &[("client_id", "id")]).unwrap(), ("id".into(), None));
        assert_eq!(
            read(None, &[("client_id", "id"), ("client_secret", "")]).unwrap(),
            ("id".into(), None)
        );
        assert_eq!(read(Some(&basic("id:")), &[]).unwrap(), ("id".into(), None));
    }

    #[test]
    fn basic_is_form_decoded_and_forgiving() {
        let secret = |header: &str| read(Some(header), &[]).unwrap().1.unwrap();
        assert_eq!(secret(&basic("id:a%2Fb+c")), "a/b c");
        assert_eq!(secret(&basic("id:a%ZZ:b")), "a%ZZ:b");
        assert_eq!(
            secret(&format!("basic  {}", STANDARD_NO_PAD.encode("id:sec"))),
            "sec"
        );
        assert_eq!(secret(&basic("id:%FF")), "%FF");
    }

    #[test]
    fn two_methods_are_an_invalid_request() {
        for form in [
            [("client_id", "id"), ("client_secret", "s")],
            [("client_id", "other"), ("client_secret", "")],
        ] {
            let error = read(Some(&basic("id:s")), &form).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidRequest);
        }
        let error = read(None, &[("client_id", "id"), ("client_id", "id")]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidRequest);
    }

    #[test]
    fn none_at_all_or_another_scheme_is_an_invalid_client() {
        for authorization in [
            None,
            Some(""),
            Some("Bearer x"),
            Some("Basic"),
            Some("Basic ???"),
            Some("Basic aWQ="),
        ] {
            let error = read(authorization, &[]).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidClient, "{authorization:?}");
        }
    }

    #[test]
    fn the_secret_does_not_print() {
        let credentials = Credentials::from_basic(&basic("id:s3cret")).unwrap();
        assert!(!format!("{credentials:?}").contains("s3cret"));
    }

    proptest! {
        #[test]
        fn what_a_client_form_encodes_is_what_it_meant(id in "[^:]{1,20}", secret in ".{1,40}") {
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let header = basic(&format!("{}:{}", encode(&id), encode(&secret)));
            prop_assert_eq!(read(Some(&header), &[]).unwrap(), (id, Some(secret)));
        }

        #[test]
        fn any_header_is_understood_or_refused(header in ".{0,60}") {
            let _ = read(Some(&header), &[]);
        }
    }
}
