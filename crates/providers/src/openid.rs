//! Who came back, by OpenID Connect: the ID token, and userinfo where that does not say enough.

use latchkey_domain::ProviderSpec;
use latchkey_domain::provider::{Person, ProviderUrl, Subject};
use latchkey_outgoing::{OutgoingAnswer, OutgoingRequest};
use secrecy::{ExposeSecret, SecretString};

use crate::claims::{Claims, Wanted};
use crate::discovery::Document;
use crate::id_token::Unverified;
use crate::mask::{Secrets, mask};
use crate::profile::Profile;
use crate::step::{Fetch, object};
use crate::token::{TokenRequest, Tokens};
use crate::{Callback, Expected, ProviderClient, ProviderError, Step, Transcript, transcript};

/// The step that asks who somebody is.
pub(crate) const USERINFO: &str = "User info";

/// A request with an access token, and how it is shown.
pub(crate) fn userinfo_request(url: &ProviderUrl, access: &SecretString) -> (OutgoingRequest, String) {
    let token = access.expose_secret();
    let request = OutgoingRequest::get(url.as_str()).authorization(format!("Bearer {token}"));
    (
        request,
        format!("GET {url}\nAuthorization: Bearer {}", mask(token)),
    )
}

impl ProviderClient {
    pub(crate) async fn identify_openid(
        &self,
        spec: &ProviderSpec,
        issuer: &ProviderUrl,
        secret: Option<&str>,
        callback: &Callback,
        expected: &Expected<'_>,
        log: &mut Transcript,
    ) -> Result<Person, ProviderError> {
        let mut code = callback.code(Some(issuer.as_str()));
        if code.is_err() {
            callback.note(&code, log);
        }
        code.clone()?;
        let document = self.document(issuer, log).await?;
        if document.promises_iss && callback.iss.is_none() {
            code = Err(ProviderError::IssMissing);
        }
        callback.note(&code, log);
        let mut secrets = Secrets::default();
        secrets.add(expected.nonce);
        let request = TokenRequest {
            spec,
            endpoint: &document.token_endpoint,
            secret,
            code: code?,
            expected,
            is_openid: true,
        };
        let tokens = self.tokens(&request, &mut secrets, log).await?;
        let (subject, claims) = self
            .id_token(spec, issuer, &document, &tokens, expected, log)
            .await?;
        let mut profile = Profile::of_claims(&claims.0);
        if let Some(url) = document
            .userinfo_endpoint
            .as_ref()
            .filter(|_| !profile.is_complete())
        {
            let more = self
                .userinfo(url, &tokens.access, &subject, &secrets, log)
                .await?;
            profile = profile.or(more);
        }
        Ok(profile.person(subject, log))
    }

    /// Verifies the ID token and adds the step.
    async fn id_token(
        &self,
        spec: &ProviderSpec,
        issuer: &ProviderUrl,
        document: &Document,
        tokens: &Tokens,
        expected: &Expected<'_>,
        log: &mut Transcript,
    ) -> Result<(Subject, Claims), ProviderError> {
        let token = tokens.id.as_ref().map(ExposeSecret::expose_secret);
        let read = Unverified::read(token.unwrap_or_default());
        let shown = match &read {
            Ok(token) => transcript::json(&mut token.shown()),
            Err(_) => String::new(),
        };
        let checked = match read {
            Ok(token) => {
                let header = (token.algorithm, token.kid.as_deref());
                let wanted = Wanted {
                    issuer: issuer.as_str(),
                    client_id: spec.client_id.as_str(),
                    nonce: expected.nonce,
                    access_token: tokens.access.expose_secret(),
                    algorithm: token.algorithm,
                    signed_in_since: expected.signed_in_since,
                    now: self.now(),
                };
                let key = self.key(issuer, &document.jwks_uri, header, log).await;
                key.and_then(|key| {
                    let claims = token.verify(&key)?;
                    Ok((claims.check(&wanted)?, claims))
                })
            }
            Err(error) => Err(error.into()),
        };
        // An answer without keys is a step of its own that failed.
        if matches!(checked, Ok(_) | Err(ProviderError::IdToken(_))) {
            log.push(Step {
                title: "ID token",
                request: String::new(),
                answer: shown,
                outcome: match &checked {
                    Ok(_) => Ok("signed by the issuer, for this client and this sign-in".to_owned()),
                    Err(error) => Err(error.to_string()),
                },
            });
        }
        checked
    }

    /// What userinfo says of the same person (OpenID Connect Core section 5.3).
    async fn userinfo(
        &self,
        url: &ProviderUrl,
        access: &SecretString,
        subject: &Subject,
        secrets: &Secrets,
        log: &mut Transcript,
    ) -> Result<Profile, ProviderError> {
        let (request, shown) = userinfo_request(url, access);
        let fetch = Fetch {
            title: USERINFO,
            request,
            shown,
            secrets,
        };
        let read = |answer: &OutgoingAnswer| {
            let members = object(USERINFO, answer)?;
            if members.get("sub").is_none_or(|sub| *sub != subject.as_str()) {
                return Err(ProviderError::UserInfoSubject);
            }
            let text = "of the account in the ID token".to_owned();
            Ok((Profile::of_claims(&members), text))
        };
        self.fetch(fetch, log, read).await
    }
}
