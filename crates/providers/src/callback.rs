//! What the browser brings back (RFC 6749 section 4.1.2, RFC 9207).

use latchkey_domain::Timestamp;

use crate::{ProviderError, Refusal, Step, Transcript, transcript};

/// The parameters of the callback, but for `state`, which the caller compares. It does not print.
#[derive(Clone, Default)]
pub struct Callback {
    /// `code`
    pub code: Option<String>,
    /// `error`
    pub error: Option<String>,
    /// `error_description`
    pub error_description: Option<String>,
    /// `iss`
    pub iss: Option<String>,
}

/// What the caller kept of the [`AuthorizationRequest`](crate::AuthorizationRequest). It does not print.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The same `redirect_uri`.
    pub redirect_uri: &'a str,
    /// The same `nonce`.
    pub nonce: &'a str,
    /// The same `verifier`.
    pub verifier: &'a str,
    /// The person must have signed in at the provider at this time or later.
    pub signed_in_since: Option<Timestamp>,
}

impl Callback {
    /// The code, if the callback is of this issuer and says nothing else.
    pub(crate) fn code(&self, issuer: Option<&str>) -> Result<&str, ProviderError> {
        if let (Some(issuer), Some(iss)) = (issuer, &self.iss)
            && iss != issuer
        {
            return Err(ProviderError::MixUp);
        }
        match (&self.error, &self.code) {
            (Some(error), _) if error == "access_denied" => Err(ProviderError::Declined),
            (Some(error), _) => {
                let refusal = Refusal::new(error, self.error_description.as_deref());
                Err(ProviderError::Authorization(refusal))
            }
            (None, Some(code)) if !code.is_empty() => Ok(code),
            (None, _) => Err(ProviderError::NoCode),
        }
    }

    /// Adds the step to the transcript.
    pub(crate) fn note<T>(&self, checked: &Result<T, ProviderError>, log: &mut Transcript) {
        let all = [
            ("code", &self.code),
            ("error", &self.error),
            ("error_description", &self.error_description),
            ("iss", &self.iss),
        ];
        let all = all
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)));
        log.push(Step {
            title: "Callback",
            request: String::new(),
            answer: transcript::pairs("=", all),
            outcome: match checked {
                Ok(_) => Ok("a code".to_owned()),
                Err(error) => Err(error.to_string()),
            },
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn callback(code: Option<&str>, error: Option<&str>, iss: Option<&str>) -> Callback {
        Callback {
            code: code.map(str::to_owned),
            error: error.map(str::to_owned),
            error_description: Some("Not now.".to_owned()),
            iss: iss.map(str::to_owned),
        }
    }

    #[test]
    fn a_callback_is_a_code_or_an_error() {
        let issuer = "https://a.example";
        let check = |code, error, iss| {
            let callback = callback(code, error, iss);
            callback.code(Some(issuer)).map(str::to_owned)
        };
        assert_eq!(check(Some("c"), None, None), Ok("c".into()));
        assert_eq!(check(Some("c"), None, Some(issuer)), Ok("c".into()));
        for iss in ["https://a.example/", "https://evil.example", ""] {
            assert_eq!(check(Some("c"), None, Some(iss)), Err(ProviderError::MixUp));
            assert_eq!(
                check(None, Some("access_denied"), Some(iss)),
                Err(ProviderError::MixUp)
            );
        }
        assert_eq!(
            check(None, Some("access_denied"), None),
            Err(ProviderError::Declined)
        );
        assert_eq!(check(None, None, None), Err(ProviderError::NoCode));
        assert_eq!(check(Some(""), None, None), Err(ProviderError::NoCode));
        let error = check(Some("c"), Some("invalid_scope"), None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the provider did not sign the person in: invalid_scope (“Not now”). Check the scopes"
        );
    }
}
