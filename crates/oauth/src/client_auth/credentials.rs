//! The credentials of a request, before they are checked.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use latchkey_domain::ClientId;
use latchkey_storage::ActivityReason;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::invalid_client;
use crate::params::Params;
use crate::{EndpointError, ErrorCode};

/// Some clients omit the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The client id and secret that a request presents.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    /// `None` if the request has no client id.
    pub(crate) client_id: Option<String>,
    /// `None` if it is missing or empty: RFC 6749 section 2.3.1 treats them alike.
    pub(crate) secret: Option<SecretString>,
    /// The secret of the header as it was sent, where decoding changes it. Many clients do not encode it, and a secret from
    /// another server may have a `+` or `%` in it.
    pub(crate) unencoded: Option<SecretString>,
}

impl Credentials {
    /// Reads them from the `Authorization` header and the parameters `client_id` and `client_secret`. Both may carry
    /// the same ones, as some libraries send them. A header with a scheme other than Basic is ignored: a library may
    /// send its access token with every request.
    ///
    /// Fails with `invalid_request` if header and body contradict each other (section 2.3), with `invalid_client` if
    /// a Basic header is malformed.
    pub(crate) fn read(authorization: Option<&str>, params: &Params<'_>) -> Result<Self, EndpointError> {
        let (client_id, secret) = (params.get("client_id")?, params.get("client_secret")?);
        let Some(basic) = authorization.map_or(Ok(None), Self::from_basic)? else {
            return Ok(Self {
                client_id: client_id.map(str::to_owned),
                secret: secret.map(SecretString::from),
                unencoded: None,
            });
        };
        if client_id.is_some_and(|client_id| basic.client_id.as_deref() != Some(client_id)) {
            return Err(EndpointError::refused(
                ErrorCode::InvalidRequest,
                ActivityReason::CredentialsDiffer,
                "`client_id` in the body is not the one in the Authorization header",
            ));
        }
        match (&basic.secret, secret) {
            (Some(header), Some(body)) if !is_same(header, body) && !basic.was_sent_as(body) => {
                Err(EndpointError::refused(
                    ErrorCode::InvalidRequest,
                    ActivityReason::CredentialsDiffer,
                    "the Authorization header and `client_secret` in the body have different secrets; use one of the two",
                ))
            }
            (None, Some(body)) => Ok(Self {
                secret: Some(body.into()),
                ..basic
            }),
            _ => Ok(basic),
        }
    }

    /// Whether the header had `secret` in it, not encoded.
    fn was_sent_as(&self, secret: &str) -> bool {
        self.unencoded.as_ref().is_some_and(|sent| is_same(sent, secret))
    }

    /// The client id that a request names, if one can be read: for the Activity entry of a request refused because of
    /// its credentials.
    pub(crate) fn named(authorization: Option<&str>, form: &[(String, String)]) -> Option<ClientId> {
        let basic = authorization.and_then(|header| Self::from_basic(header).ok()?);
        let body = form
            .iter()
            .filter(|(name, _)| name == "client_id")
            .map(|(_, value)| value.as_str());
        basic
            .as_ref()
            .and_then(|basic| basic.client_id.as_deref())
            .into_iter()
            .chain(body)
            .find_map(|id| id.parse().ok())
    }

    /// HTTP Basic, with id and secret form-encoded inside (section 2.3.1). `None` if the header uses another scheme
    /// or is empty.
    fn from_basic(authorization: &str) -> Result<Option<Self>, EndpointError> {
        let (scheme, encoded) = authorization
            .trim()
            .split_once(' ')
            .unwrap_or((authorization.trim(), ""));
        if !scheme.eq_ignore_ascii_case("basic") || encoded.trim().is_empty() {
            return Ok(None);
        }
        let decoded = BASE64
            .decode(encoded.trim())
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let (id, secret) = decoded.as_deref().and_then(|pair| pair.split_once(':')).ok_or_else(|| {
            invalid_client(
                ActivityReason::BasicMalformed,
                "the Authorization header is not HTTP Basic; expected Basic and the base64 of client_id:client_secret",
            )
        })?;
        let (id, sent) = (form_decoded(id), secret);
        let secret = form_decoded(sent);
        // A library without id and secret sends only a colon.
        let is_empty = id.is_empty() && secret.is_empty();
        Ok((!is_empty).then(|| Self {
            client_id: Some(id),
            unencoded: (secret != sent).then(|| sent.into()),
            secret: (!secret.is_empty()).then(|| secret.into()),
        }))
    }
}

fn is_same(one: &SecretString, other: &str) -> bool {
    one.expose_secret().as_bytes().ct_eq(other.as_bytes()).into()
}

/// Decodes what a client should have form-encoded. Unencoded values work too: ids and secrets that are made here contain no
/// character that would be encoded; for others see [`Credentials::unencoded`].
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

    use super::*;

    const KNOWN: &[&str] = &["client_id", "client_secret"];

    fn read(
        authorization: Option<&str>,
        form: &[(&str, &str)],
    ) -> Result<(Option<String>, Option<String>), EndpointError> {
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
        let both = (Some("id".to_owned()), Some("secret".to_owned()));
        assert_eq!(read(Some(&basic("id:secret")), &[]).unwrap(), both);
        assert_eq!(
            read(Some(&basic("id:secret")), &[("client_id", "id")]).unwrap(),
            both
        );
        assert_eq!(
            read(None, &[("client_id", "id"), ("client_secret", "secret")]).unwrap(),
            both
        );
        assert_eq!(
            read(None, &[("client_id", "id")]).unwrap(),
            (Some("id".into()), None)
        );
        assert_eq!(
            read(None, &[("client_id", "id"), ("client_secret", "")]).unwrap(),
            (Some("id".into()), None)
        );
        assert_eq!(read(Some(&basic("id:")), &[]).unwrap(), (Some("id".into()), None));
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
    fn the_same_credentials_twice_are_those_credentials() {
        let both = (Some("id".to_owned()), Some("s".to_owned()));
        let form = [("client_id", "id"), ("client_secret", "s")];
        assert_eq!(read(Some(&basic("id:s")), &form).unwrap(), both);
        assert_eq!(read(Some(&basic("id:s")), &form[1..]).unwrap(), both);
        assert_eq!(read(Some(&basic("id:")), &form).unwrap(), both);
    }

    #[test]
    fn a_secret_that_was_not_encoded_is_kept_as_it_was_sent() {
        let form = Params::new(&[], KNOWN);
        let credentials = Credentials::read(Some(&basic("id:a+b%2F=")), &form).unwrap();
        assert_eq!(credentials.secret.unwrap().expose_secret(), "a b/=");
        assert_eq!(credentials.unencoded.unwrap().expose_secret(), "a+b%2F=");
        let plain = Credentials::read(Some(&basic("id:secret")), &form).unwrap();
        assert!(plain.unencoded.is_none());
        assert!(read(Some(&basic("id:a+b")), &[("client_secret", "a+b")]).is_ok());
    }

    #[test]
    fn credentials_that_contradict_each_other_are_an_invalid_request() {
        for form in [
            [("client_id", "id"), ("client_secret", "t")],
            [("client_id", "other"), ("client_secret", "")],
            [("client_id", "other"), ("client_secret", "s")],
        ] {
            let error = read(Some(&basic("id:s")), &form).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidRequest);
        }
        let error = read(None, &[("client_id", "id"), ("client_id", "id")]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidRequest);
    }

    #[test]
    fn a_header_that_says_nothing_about_the_client_is_passed_over() {
        let form = [("client_id", "id"), ("client_secret", "s")];
        for header in [
            "",
            " ",
            "Bearer lk_at_x",
            "bearer",
            "Negotiate abc",
            "DPoP x",
            "Basic",
            "Basic ",
            "Basic Og==",
            "nonsense",
            "Bearer x, Bearer y",
        ] {
            assert_eq!(
                read(Some(header), &form).unwrap(),
                (Some("id".into()), Some("s".into())),
                "{header}"
            );
            assert_eq!(read(Some(header), &[]).unwrap(), (None, None), "{header}");
        }
    }

    #[test]
    fn basic_that_cannot_be_read_is_an_invalid_client() {
        for authorization in ["Basic ???", "Basic aWQ=", "Basic aWQ6cw==, Basic aWQ6cw=="] {
            let error = read(Some(authorization), &[]).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidClient, "{authorization:?}");
        }
    }

    #[test]
    fn the_id_of_a_refused_request_is_read_where_it_can_be() {
        let (one, other) = ("a".repeat(43), "b".repeat(43));
        let field = |value: &str| ("client_id".to_owned(), value.to_owned());
        let named = |header: Option<&str>, form: &[(String, String)]| {
            Credentials::named(header, form).map(|id| id.as_str().to_owned())
        };
        assert_eq!(
            named(Some(&basic(&format!("{one}:s"))), &[field(&other)]),
            Some(one.clone())
        );
        assert_eq!(named(Some("Basic ???"), &[field(&other)]), Some(other.clone()));
        assert_eq!(
            named(None, &[field("x"), field(&other), field(&one)]),
            Some(other)
        );
        assert_eq!(named(Some("Bearer x"), &[]), None);
    }

    #[test]
    fn the_secret_does_not_print() {
        let credentials = Credentials::from_basic(&basic("id:s3cret")).unwrap().unwrap();
        assert!(!format!("{credentials:?}").contains("s3cret"));
    }

    proptest! {
        #[test]
        fn what_a_client_form_encodes_is_what_it_meant(id in "[^:]{1,20}", secret in ".{1,40}") {
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let header = basic(&format!("{}:{}", encode(&id), encode(&secret)));
            prop_assert_eq!(read(Some(&header), &[]).unwrap(), (Some(id), Some(secret)));
        }

        #[test]
        fn any_header_is_understood_or_refused(header in ".{0,60}") {
            let _ = read(Some(&header), &[]);
        }
    }
}
