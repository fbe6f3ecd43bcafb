//! Proof Key for Code Exchange (RFC 7636), method `S256` only (RFC 9700 section 2.1.1).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_storage::ActivityReason;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;

/// The only accepted method.
pub(crate) const METHOD: &str = "S256";

/// A challenge: the SHA-256 of a verifier in URL-safe base64 (RFC 7636 section 4.2).
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct CodeChallenge(String);

/// Why a challenge is refused (RFC 7636 section 4.4.1).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum ChallengeError {
    #[error("`code_challenge` is missing: this application is public and must use PKCE with the method S256")]
    Required,
    #[error("`code_challenge` is missing, though `code_challenge_method` is there")]
    MissingForMethod,
    #[error("`code_challenge_method` is missing, which means `plain`; only S256 is accepted")]
    MissingMethod,
    #[error("`code_challenge_method` is not S256, the only one that is accepted")]
    OtherMethod,
    #[error(
        "`code_challenge` has {0} characters; with S256 it has 43: the SHA-256 of the verifier in URL-safe base64 \
         without padding"
    )]
    Length(usize),
    #[error("`code_challenge` has characters that are not URL-safe base64 (letters, digits, - and _)")]
    Characters,
}

impl ChallengeError {
    pub(crate) const fn reason(&self) -> ActivityReason {
        match self {
            Self::Required | Self::MissingForMethod => ActivityReason::PkceMissing,
            Self::MissingMethod | Self::OtherMethod => ActivityReason::PkcePlain,
            Self::Length(_) | Self::Characters => ActivityReason::PkceChallenge,
        }
    }
}

impl CodeChallenge {
    /// Reads the challenge of an authorization request; `required` for public clients.
    pub(crate) fn read(
        challenge: Option<&str>,
        method: Option<&str>,
        required: bool,
    ) -> Result<Option<Self>, ChallengeError> {
        match (challenge, method) {
            (None, None) if required => Err(ChallengeError::Required),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(ChallengeError::MissingForMethod),
            (Some(_), None) => Err(ChallengeError::MissingMethod),
            (Some(_), Some(method)) if method != METHOD => Err(ChallengeError::OtherMethod),
            (Some(text), Some(_)) if !text.bytes().all(is_url_safe) => Err(ChallengeError::Characters),
            (Some(text), Some(_)) if text.len() != 43 => Err(ChallengeError::Length(text.len())),
            (Some(text), Some(_)) => Ok(Some(Self(text.to_owned()))),
        }
    }

    /// The challenge as it is stored.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for CodeChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeChallenge(…)")
    }
}

/// Why a verifier is refused (RFC 7636 section 4.6, RFC 9700 section 4.8.2).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum VerifierError {
    #[error("`code_verifier` is missing, though the authorization request had a `code_challenge`")]
    Missing,
    #[error(
        "`code_verifier` was sent, but the authorization request had no `code_challenge`: was it lost on the way to \
         the authorization endpoint?"
    )]
    Unexpected,
    #[error("the code was issued without a `code_challenge`, which a public application needs")]
    NoProof,
    #[error("`code_verifier` has {0} characters; from 43 to 128 are allowed")]
    Length(usize),
    #[error("`code_verifier` has characters that are not allowed; expected letters, digits, - . _ and ~")]
    Characters,
    #[error("`code_verifier` does not match the `code_challenge` of the authorization request")]
    Mismatch,
}

impl VerifierError {
    pub(crate) const fn reason(&self) -> ActivityReason {
        match self {
            Self::Missing | Self::Unexpected | Self::NoProof => ActivityReason::PkceVerifierMissing,
            Self::Length(_) | Self::Characters | Self::Mismatch => ActivityReason::PkceVerifierWrong,
        }
    }
}

/// Checks the verifier of a token request against the stored challenge. A public client needs both. Without a
/// challenge there must be no verifier, or an attacker who stripped the challenge would go unnoticed.
pub(crate) fn verify(
    challenge: Option<&str>,
    verifier: Option<&str>,
    required: bool,
) -> Result<(), VerifierError> {
    match (challenge, verifier) {
        (None, Some(_)) => Err(VerifierError::Unexpected),
        (None, None) if required => Err(VerifierError::NoProof),
        (None, None) => Ok(()),
        (Some(_), None) => Err(VerifierError::Missing),
        (Some(_), Some(verifier)) if !verifier.bytes().all(is_unreserved) => Err(VerifierError::Characters),
        (Some(_), Some(verifier)) if !(43..=128).contains(&verifier.len()) => {
            Err(VerifierError::Length(verifier.len()))
        }
        (Some(challenge), Some(verifier)) => {
            let expected = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
            let same: bool = expected.as_bytes().ct_eq(challenge.as_bytes()).into();
            if same {
                Ok(())
            } else {
                Err(VerifierError::Mismatch)
            }
        }
    }
}

fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn is_unreserved(byte: u8) -> bool {
    is_url_safe(byte) || matches!(byte, b'.' | b'~')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_rfc_verifies() {
        assert_eq!(verify(Some(CHALLENGE), Some(VERIFIER), true), Ok(()));
    }

    #[test]
    fn a_challenge_without_verifier_and_a_verifier_without_challenge_are_refused() {
        for required in [true, false] {
            assert_eq!(
                verify(Some(CHALLENGE), None, required),
                Err(VerifierError::Missing)
            );
            assert_eq!(
                verify(None, Some(VERIFIER), required),
                Err(VerifierError::Unexpected)
            );
        }
        assert_eq!(verify(None, None, false), Ok(()));
        assert_eq!(verify(None, None, true), Err(VerifierError::NoProof));
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        for (verifier, expected) in [
            ("a".repeat(42), VerifierError::Length(42)),
            ("a".repeat(43), VerifierError::Mismatch),
            ("a".repeat(128), VerifierError::Mismatch),
            ("a".repeat(129), VerifierError::Length(129)),
            ("ä".repeat(43), VerifierError::Characters),
            (format!("{VERIFIER}="), VerifierError::Characters),
        ] {
            assert_eq!(
                verify(Some(CHALLENGE), Some(&verifier), true),
                Err(expected),
                "{verifier}"
            );
        }
    }

    #[test]
    fn the_challenge_sent_as_verifier_is_refused_so_plain_cannot_be_had() {
        assert_eq!(
            verify(Some(CHALLENGE), Some(CHALLENGE), true),
            Err(VerifierError::Mismatch)
        );
    }

    #[test]
    fn only_s256_challenges_of_the_right_form_are_read() {
        let read = |challenge, method| CodeChallenge::read(challenge, method, false);
        assert_eq!(
            read(Some(CHALLENGE), Some("S256"))
                .unwrap()
                .unwrap()
                .into_string(),
            CHALLENGE
        );
        assert_eq!(read(Some(CHALLENGE), None), Err(ChallengeError::MissingMethod));
        assert_eq!(
            read(Some(CHALLENGE), Some("plain")),
            Err(ChallengeError::OtherMethod)
        );
        assert_eq!(
            read(Some(CHALLENGE), Some("s256")),
            Err(ChallengeError::OtherMethod)
        );
        assert_eq!(read(None, Some("S256")), Err(ChallengeError::MissingForMethod));
        assert_eq!(read(Some("abc"), Some("S256")), Err(ChallengeError::Length(3)));
        let padded = format!("{CHALLENGE}=");
        assert_eq!(read(Some(&padded), Some("S256")), Err(ChallengeError::Characters));
        assert_eq!(read(None, None), Ok(None));
        assert_eq!(
            CodeChallenge::read(None, None, true),
            Err(ChallengeError::Required)
        );
    }

    proptest! {
        #[test]
        fn any_verifier_but_the_right_one_is_refused(verifier in "[A-Za-z0-9._~-]{43,128}") {
            prop_assume!(verifier != VERIFIER);
            prop_assert_eq!(verify(Some(CHALLENGE), Some(&verifier), true), Err(VerifierError::Mismatch));
            let own = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
            prop_assert_eq!(verify(Some(&own), Some(&verifier), true), Ok(()));
        }

        #[test]
        fn any_text_is_a_challenge_or_an_error(text in ".{0,60}") {
            if let Ok(Some(challenge)) = CodeChallenge::read(Some(&text), Some(METHOD), true) {
                prop_assert_eq!(challenge.into_string().len(), 43);
            }
        }
    }
}
