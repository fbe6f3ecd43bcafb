//! A provider, a client of it, and a clock moved by hand.

mod fake;
mod signers;

use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::provider::{
    FieldPath, Person, ProfileFields, ProviderClientId, ProviderKind, ProviderScopes, ProviderUrl,
};
use latchkey_domain::{ProviderSpec, Timestamp};
use latchkey_outgoing::Outgoing;
use latchkey_providers::{
    AuthorizationRequest, Callback, Expected, IdTokenError, ProviderClient, ProviderError, Transcript,
};
use latchkey_testing::hand::HandClock;
use latchkey_testing::provider_spec;
use serde_json::{Value, json};

pub(crate) use self::fake::{Answer, Fake};
pub(crate) use self::signers::{ED25519, OTHER_RSA, P256, P384, RSA, Signer, hs256, token};

pub(crate) const CLIENT_ID: &str = "client-of-the-network";
pub(crate) const SECRET: &str = "the-secret-of-this-client";
pub(crate) const REDIRECT_URI: &str = "https://net.example/sign-in/test/callback";
pub(crate) const STATE: &str = "state-0123456789abcdef";
pub(crate) const NONCE: &str = "nonce-0123456789abcdef";
pub(crate) const CODE: &str = "code-0123456789abcdef";
pub(crate) const ACCESS_TOKEN: &str = "access-0123456789abcdef";
/// The pair of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) const NOW: i64 = 1_800_000_000;

pub(crate) struct World {
    pub(crate) fake: Fake,
    pub(crate) client: ProviderClient,
    pub(crate) spec: ProviderSpec,
    pub(crate) secret: Option<&'static str>,
    pub(crate) callback: Callback,
    pub(crate) signed_in_since: Option<Timestamp>,
    clock: Arc<HandClock>,
}

fn url(text: &str) -> ProviderUrl {
    ProviderUrl::parse(text).unwrap()
}

fn spec(kind: ProviderKind) -> ProviderSpec {
    ProviderSpec {
        kind,
        client_id: ProviderClientId::parse(CLIENT_ID).unwrap(),
        scopes: ProviderScopes::parse("openid profile email").unwrap(),
        follows_profile: true,
        ..provider_spec("test", "https://login.example.com")
    }
}

/// The fields of a provider that names them in its own way.
pub(crate) fn fields(id: &str) -> ProfileFields {
    let path = |text| Some(FieldPath::parse(text).unwrap());
    ProfileFields {
        id: FieldPath::parse(id).unwrap(),
        email: path("emails.0.value"),
        email_verified: path("emails.0.verified"),
        name: path("display"),
        given_name: path("names.first"),
        family_name: path("names.last"),
        picture: path("avatar"),
        bio: path("about"),
    }
}

impl World {
    async fn with(kind: impl FnOnce(&str) -> ProviderKind) -> Self {
        let fake = Fake::start().await;
        let clock = Arc::new(HandClock::at(Timestamp::from_millis(NOW * 1_000)));
        let outgoing = Outgoing::new(vec!["127.0.0.0/8".parse().unwrap()]);
        Self {
            client: ProviderClient::new(outgoing, clock.clone()),
            spec: spec(kind(&fake.url)),
            secret: Some(SECRET),
            callback: Callback {
                code: Some(CODE.to_owned()),
                ..Callback::default()
            },
            signed_in_since: None,
            clock,
            fake,
        }
    }

    /// With an honest OpenID provider.
    pub(crate) async fn openid() -> Self {
        let world = Self::with(|url_of_fake| ProviderKind::OpenIdConnect {
            issuer: url(url_of_fake),
        })
        .await;
        world.set_document(&json!({}));
        world.publish(&[&*RSA, &*P256, &*P384, &*ED25519]);
        world.set_claims(&json!({}));
        world
    }

    /// With an honest provider of plain OAuth 2.0.
    pub(crate) async fn plain() -> Self {
        let world = Self::with(|base| ProviderKind::OAuth2 {
            authorization: url(&format!("{base}/odd/login?theme=dark")),
            token: url(&format!("{base}/token")),
            userinfo: url(&format!("{base}/me")),
            fields: fields("id"),
        })
        .await;
        let answer = json!({"access_token": ACCESS_TOKEN, "token_type": "bearer"});
        world.fake.set("/token", Answer::json(&answer));
        world
    }

    pub(crate) fn after(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Requests take at most this long.
    pub(crate) fn hurry(&mut self, longest: Duration) {
        let outgoing = Outgoing::new(vec!["127.0.0.0/8".parse().unwrap()]).with_longest(longest);
        self.client = ProviderClient::new(outgoing, self.clock.clone());
    }

    /// Changes members of the discovery document; `null` removes one.
    pub(crate) fn set_document(&self, change: &Value) {
        let base = &self.fake.url;
        let document = json!({
            "issuer": base,
            "authorization_endpoint": format!("{base}/authorize"),
            "token_endpoint": format!("{base}/token"),
            "userinfo_endpoint": format!("{base}/me"),
            "jwks_uri": format!("{base}/keys"),
        });
        self.fake.set(
            "/.well-known/openid-configuration",
            Answer::json(&changed(document, change)),
        );
    }

    pub(crate) fn publish(&self, signers: &[&Signer]) {
        let keys: Vec<_> = signers.iter().map(|signer| signer.jwk.clone()).collect();
        self.fake.set("/keys", Answer::json(&json!({ "keys": keys })));
    }

    /// Claims of a good token, changed; `null` removes one.
    pub(crate) fn claims(&self, change: &Value) -> Value {
        let claims = json!({
            "iss": self.fake.url, "sub": "ada-1", "aud": CLIENT_ID, "exp": NOW + 300, "iat": NOW, "nonce": NONCE,
            "name": "Ada Lovelace", "email": "Ada@Example.com", "email_verified": true,
            "picture": "https://pictures.example/ada.png",
        });
        changed(claims, change)
    }

    /// The token endpoint answers with a token of these changed claims, signed with the RSA key.
    pub(crate) fn set_claims(&self, change: &Value) {
        self.set_id_token(&RSA.sign(&self.claims(change)));
    }

    pub(crate) fn set_id_token(&self, id_token: &str) {
        self.fake.set("/token", Answer::json(&token_answer(id_token)));
    }

    pub(crate) async fn authorization_url(&self, log: &mut Transcript) -> Result<String, ProviderError> {
        let request = AuthorizationRequest {
            redirect_uri: REDIRECT_URI,
            state: STATE,
            nonce: NONCE,
            verifier: VERIFIER,
            login_hint: Some("ada@example.com"),
            prompt: None,
            max_age: None,
        };
        self.client.authorization_url(&self.spec, &request, log).await
    }

    pub(crate) async fn identify_with(&self, log: &mut Transcript) -> Result<Person, ProviderError> {
        let expected = Expected {
            redirect_uri: REDIRECT_URI,
            nonce: NONCE,
            verifier: VERIFIER,
            signed_in_since: self.signed_in_since,
        };
        self.client
            .identify(&self.spec, self.secret, &self.callback, &expected, log)
            .await
    }

    pub(crate) async fn identify(&self) -> Result<Person, ProviderError> {
        self.identify_with(&mut Transcript::default()).await
    }

    /// Why nobody is identified.
    pub(crate) async fn refusal(&self) -> ProviderError {
        let mut log = Transcript::default();
        let error = self.identify_with(&mut log).await.unwrap_err();
        let said = log.steps.iter().filter_map(|step| step.outcome.as_ref().err());
        assert_eq!(said.collect::<Vec<_>>(), [&error.to_string()], "{log:#?}");
        error
    }

    /// What is not valid about the ID token.
    pub(crate) async fn id_token_refusal(&self) -> IdTokenError {
        match self.refusal().await {
            ProviderError::IdToken(error) => error,
            other => panic!("{other}"),
        }
    }
}

/// A good answer of a token endpoint.
pub(crate) fn token_answer(id_token: &str) -> Value {
    json!({"access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 3_600, "id_token": id_token})
}

pub(crate) fn changed(mut value: Value, change: &Value) -> Value {
    let members = value.as_object_mut().unwrap();
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    value
}
