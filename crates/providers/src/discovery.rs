//! What an issuer says about itself (OpenID Connect Discovery section 4).

use std::sync::Arc;

use latchkey_domain::provider::ProviderUrl;
use latchkey_outgoing::{OutgoingAnswer, OutgoingRequest};
use serde_json::{Map, Value};

use crate::mask::Secrets;
use crate::step::{Fetch, object};
use crate::{ProviderClient, ProviderError, Step, Transcript, is_https};

const TITLE: &str = "Discovery";

/// The parts of the document that are used here.
pub(crate) struct Document {
    pub(crate) authorization_endpoint: ProviderUrl,
    pub(crate) token_endpoint: ProviderUrl,
    pub(crate) userinfo_endpoint: Option<ProviderUrl>,
    pub(crate) jwks_uri: ProviderUrl,
    /// Whether each callback says of which issuer it is (RFC 9207 section 3).
    pub(crate) promises_iss: bool,
}

/// Where the document is.
fn address(issuer: &ProviderUrl) -> Result<String, ProviderError> {
    let issuer = issuer.as_str();
    if issuer.contains('?') {
        return Err(ProviderError::IssuerQuery);
    }
    let base = issuer.strip_suffix('/').unwrap_or(issuer);
    Ok(format!("{base}/.well-known/openid-configuration"))
}

impl Document {
    fn read(issuer: &ProviderUrl, members: &Map<String, Value>) -> Result<Self, ProviderError> {
        let step = TITLE;
        let text = |member: &str| members.get(member).and_then(Value::as_str);
        let found = text("issuer").ok_or(ProviderError::Member {
            step,
            member: "issuer",
        })?;
        if found != issuer.as_str() {
            let is_address = ProviderUrl::parse(found).is_ok_and(|url| url.as_str() == found);
            let found = if is_address {
                found
            } else {
                "something that is no address"
            };
            return Err(ProviderError::Issuer {
                configured: issuer.to_string(),
                found: found.to_owned(),
            });
        }
        let endpoint = |member: &'static str| {
            let url = text(member).and_then(|text| ProviderUrl::parse(text).ok());
            let url = url.ok_or(ProviderError::Member { step, member })?;
            if is_https(issuer) && !is_https(&url) {
                return Err(ProviderError::Insecure(member));
            }
            Ok(url)
        };
        Ok(Self {
            authorization_endpoint: endpoint("authorization_endpoint")?,
            token_endpoint: endpoint("token_endpoint")?,
            userinfo_endpoint: match members.get("userinfo_endpoint") {
                None | Some(Value::Null) => None,
                Some(_) => Some(endpoint("userinfo_endpoint")?),
            },
            jwks_uri: endpoint("jwks_uri")?,
            promises_iss: members
                .get("authorization_response_iss_parameter_supported")
                .is_some_and(|promises| *promises == Value::Bool(true)),
        })
    }
}

impl ProviderClient {
    /// The document of an issuer, remembered or read now.
    pub(crate) async fn document(
        &self,
        issuer: &ProviderUrl,
        log: &mut Transcript,
    ) -> Result<Arc<Document>, ProviderError> {
        let now = self.now();
        let address = address(issuer)?;
        let shown = format!("GET {address}");
        if let Some((document, age)) = self.memory.documents.get(issuer.as_str(), now) {
            log.push(Step {
                title: TITLE,
                request: shown,
                answer: String::new(),
                outcome: Ok(format!("kept from {} s ago", age.as_secs())),
            });
            return Ok(document);
        }
        let fetch = Fetch {
            title: TITLE,
            request: OutgoingRequest::get(address),
            shown,
            secrets: &Secrets::default(),
        };
        let read = |answer: &OutgoingAnswer| {
            let document = Document::read(issuer, &object(TITLE, answer)?)?;
            Ok((Arc::new(document), "the document of this issuer".to_owned()))
        };
        let document = self.fetch(fetch, log, read).await?;
        self.memory
            .documents
            .put(issuer.as_str(), Arc::clone(&document), now);
        Ok(document)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(issuer: &str, change: &Value) -> Result<Document, ProviderError> {
        let mut document = json!({
            "issuer": issuer,
            "authorization_endpoint": "https://a.example/authorize",
            "token_endpoint": "https://tokens.example/token",
            "jwks_uri": "https://a.example/keys",
        });
        for (name, value) in change.as_object().unwrap() {
            document[name] = value.clone();
        }
        Document::read(
            &ProviderUrl::parse(issuer).unwrap(),
            document.as_object().unwrap(),
        )
    }

    #[test]
    fn the_address_has_one_slash() {
        for (issuer, expected) in [
            (
                "https://a.example",
                "https://a.example/.well-known/openid-configuration",
            ),
            (
                "https://a.example/",
                "https://a.example/.well-known/openid-configuration",
            ),
            (
                "https://a.example/x/",
                "https://a.example/x/.well-known/openid-configuration",
            ),
        ] {
            assert_eq!(
                address(&ProviderUrl::parse(issuer).unwrap()).as_deref(),
                Ok(expected)
            );
        }
        let query = ProviderUrl::parse("https://a.example/?x").unwrap();
        assert_eq!(address(&query), Err(ProviderError::IssuerQuery));
    }

    #[test]
    fn documents() {
        let issuer = "https://a.example";
        let document = read(issuer, &json!({})).unwrap();
        assert!(document.userinfo_endpoint.is_none() && !document.promises_iss);
        let change = json!({
            "userinfo_endpoint": "https://a.example/me", "authorization_response_iss_parameter_supported": true,
        });
        let document = read(issuer, &change).unwrap();
        assert!(document.userinfo_endpoint.is_some() && document.promises_iss);

        let member = |member| ProviderError::Member { step: TITLE, member };
        for (change, expected) in [
            (json!({"issuer": null}), member("issuer")),
            (json!({"token_endpoint": null}), member("token_endpoint")),
            (json!({"token_endpoint": "/token"}), member("token_endpoint")),
            (
                json!({"authorization_endpoint": "javascript:alert(1)"}),
                member("authorization_endpoint"),
            ),
            (json!({"userinfo_endpoint": 1}), member("userinfo_endpoint")),
            (
                json!({"token_endpoint": "http://a.example/token"}),
                ProviderError::Insecure("token_endpoint"),
            ),
            (
                json!({"jwks_uri": "HTTP://a.example/keys"}),
                ProviderError::Insecure("jwks_uri"),
            ),
        ] {
            assert_eq!(read(issuer, &change).err(), Some(expected), "{change}");
        }
        for (found, part) in [
            ("https://a.example/", "enter https://a.example/, with the slash"),
            (
                "https://evil.example",
                "it says https://evil.example, the settings say https://a.example",
            ),
            ("<b>x</b>", "it says something that is no address"),
        ] {
            let error = read(issuer, &json!({ "issuer": found })).err().unwrap();
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
