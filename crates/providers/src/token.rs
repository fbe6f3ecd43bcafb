//! The token request (RFC 6749 section 4.1.3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use latchkey_domain::ProviderSpec;
use latchkey_domain::provider::{CredentialsIn, ProviderUrl};
use latchkey_outgoing::{OutgoingAnswer, OutgoingRequest};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::mask::Secrets;
use crate::step::{Fetch, not_json};
use crate::{Expected, ProviderClient, ProviderError, Refusal, Transcript, transcript};

const TITLE: &str = "Token";

/// What a code was exchanged for. It does not print.
pub(crate) struct Tokens {
    pub(crate) access: SecretString,
    pub(crate) id: Option<SecretString>,
}

/// A token request.
pub(crate) struct TokenRequest<'a> {
    pub(crate) spec: &'a ProviderSpec,
    pub(crate) endpoint: &'a ProviderUrl,
    pub(crate) secret: Option<&'a str>,
    pub(crate) code: &'a str,
    pub(crate) expected: &'a Expected<'a>,
    /// What OpenID Connect asks of an answer; plain OAuth 2.0 as it is spoken has answers as forms, and without a type.
    pub(crate) is_openid: bool,
}

/// The header of a client with a secret (RFC 6749 section 2.3.1: both are encoded as in a form first).
fn basic(client_id: &str, secret: &str) -> String {
    let encoded = |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(secret)))
}

/// The members that are text.
struct Members(Map<String, Value>);

impl Members {
    /// Of JSON, or of a form where that may be.
    fn read(answer: &OutgoingAnswer, may_be_form: bool) -> Option<Self> {
        if let Ok(members) = serde_json::from_slice(&answer.body) {
            return Some(Self(members));
        }
        let media_type = answer.media_type();
        let is_form = media_type == "application/x-www-form-urlencoded" || media_type == "text/plain";
        if !may_be_form || !is_form {
            return None;
        }
        let pairs = form_urlencoded::parse(&answer.body);
        let members: Map<_, _> = pairs
            .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
            .collect();
        let is_answer = members.contains_key("access_token") || members.contains_key("error");
        is_answer.then_some(Self(members))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }
}

impl TokenRequest<'_> {
    /// The request, and how it is shown.
    fn build(&self, secrets: &mut Secrets) -> (OutgoingRequest, String) {
        let client_id = self.spec.client_id.as_str();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", self.code),
            ("redirect_uri", self.expected.redirect_uri),
            ("code_verifier", self.expected.verifier),
        ];
        let mut header = None;
        match (self.secret, self.spec.credentials_in) {
            (Some(secret), CredentialsIn::Header) => header = Some(basic(client_id, secret)),
            (Some(secret), CredentialsIn::Body) => {
                form.extend([("client_id", client_id), ("client_secret", secret)]);
            }
            (None, _) => form.push(("client_id", client_id)),
        }
        for secret in [
            Some(self.code),
            Some(self.expected.verifier),
            self.secret,
            header.as_deref(),
        ] {
            secrets.add(secret.unwrap_or_default());
        }
        let mut shown = format!("POST {}\n", self.endpoint);
        if header.is_some() {
            shown.push_str("Authorization: Basic …\n");
        }
        shown.push('\n');
        shown.push_str(&transcript::pairs("=", form.iter().copied()));
        let request = OutgoingRequest::post(self.endpoint.as_str(), form);
        let request = match header {
            Some(header) => request.authorization(format!("Basic {header}")),
            None => request,
        };
        (request, shown)
    }

    fn read(&self, answer: &OutgoingAnswer, secrets: &Secrets) -> Result<Tokens, ProviderError> {
        let step = TITLE;
        let members = Members::read(answer, !self.is_openid);
        // Some say what is wrong under a good status.
        if let Some(members) = &members
            && let Some(error) = members.get("error")
        {
            let description = members.get("error_description").map(|text| secrets.hide(text));
            return Err(ProviderError::Token(Refusal::new(
                &secrets.hide(error),
                description.as_deref(),
            )));
        }
        if answer.status == 401 {
            return Err(ProviderError::Token(Refusal::new("invalid_client", None)));
        }
        if !answer.is_success() {
            let status = answer.status;
            return Err(ProviderError::Status { step, status });
        }
        let members = members.ok_or_else(|| not_json(step, answer))?;
        let missing = |member| ProviderError::Member { step, member };
        match members.get("token_type") {
            Some(kind) if kind.eq_ignore_ascii_case("bearer") => {}
            Some(_) => return Err(ProviderError::TokenType),
            None if self.is_openid => return Err(missing("token_type")),
            None => {}
        }
        let access = members.get("access_token");
        // What a header can carry.
        let access = access.filter(|token| token.bytes().all(|byte| byte.is_ascii_graphic()));
        let access = access.ok_or(missing("access_token"))?;
        let id = members.get("id_token");
        if self.is_openid && id.is_none() {
            return Err(missing("id_token"));
        }
        Ok(Tokens {
            access: access.into(),
            id: id.map(SecretString::from),
        })
    }
}

impl ProviderClient {
    /// Exchanges a code. Everything secret about it is known to `secrets` afterwards.
    pub(crate) async fn tokens(
        &self,
        request: &TokenRequest<'_>,
        secrets: &mut Secrets,
        log: &mut Transcript,
    ) -> Result<Tokens, ProviderError> {
        let (sent, shown) = request.build(secrets);
        let known = &*secrets;
        let fetch = Fetch {
            title: TITLE,
            request: sent,
            shown,
            secrets: known,
        };
        let read = |answer: &OutgoingAnswer| {
            let tokens = request.read(answer, known)?;
            let text = match &tokens.id {
                Some(_) => "an access token and an ID token",
                None => "an access token",
            };
            Ok((tokens, text.to_owned()))
        };
        let tokens = self.fetch(fetch, log, read).await?;
        secrets.add(tokens.access.expose_secret());
        if let Some(id) = &tokens.id {
            secrets.add(id.expose_secret());
        }
        Ok(tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_secret_are_encoded_before_they_are_joined() {
        let decode = |header: String| String::from_utf8(STANDARD.decode(header).unwrap()).unwrap();
        assert_eq!(decode(basic("client", "secret")), "client:secret");
        assert_eq!(decode(basic("a:b c", "ä%/+")), "a%3Ab+c:%C3%A4%25%2F%2B");
    }
}
