//! The `oauth2` crate against the real binary, used as its documentation shows.

use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse, BasicTokenType};
use oauth2::url::{Position, Url};
use oauth2::{
    AccessToken, AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret,
    ConfigurationError, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest, IntrospectionUrl,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, RevocationUrl, Scope,
    StandardErrorResponse, TokenIntrospectionResponse, TokenResponse, TokenUrl,
};
use reqwest::redirect::Policy;
use serde::Deserialize;
use serde_json::Value;

use crate::support::oauth::Callback;
use crate::support::{Binary, Browser, Server};

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointSet>;

type Refused =
    RequestTokenError<oauth2::HttpClientError<reqwest::Error>, StandardErrorResponse<BasicErrorResponseType>>;

/// The metadata an application reads first (RFC 8414); the crate leaves that to its user.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: AuthUrl,
    token_endpoint: TokenUrl,
    introspection_endpoint: IntrospectionUrl,
    revocation_endpoint: RevocationUrl,
    userinfo_endpoint: String,
}

/// How an application authenticates.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Basic,
    Post,
    Public,
}

const KINDS: [Kind; 3] = [Kind::Basic, Kind::Post, Kind::Public];

/// The demonstration network, its member, and an application's HTTP client.
struct World {
    binary: Binary,
    _server: Server,
    member: Browser,
    metadata: Metadata,
    http: reqwest::Client,
}

/// What an application has when the member returns.
struct Asked {
    callback: Callback,
    verifier: PkceCodeVerifier,
}

impl World {
    async fn new() -> Self {
        let binary = Binary::new();
        let server = binary.serve(&["--demo"]).await;
        let member = server.browser();
        member
            .sign_in("member@demo.example", "latchkey-demo")
            .await
            .assert_redirect("/");
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .build()
            .unwrap();
        let issuer = server.url.replace("127.0.0.1", "localhost");
        let document = format!("{issuer}/.well-known/oauth-authorization-server");
        let metadata: Metadata = http.get(document).send().await.unwrap().json().await.unwrap();
        assert_eq!(metadata.issuer, issuer);
        Self {
            binary,
            _server: server,
            member,
            metadata,
            http,
        }
    }

    fn register(&self, kind: Kind) -> (Client, Option<ClientSecret>) {
        let (redirect_uri, flags): (_, &[_]) = match kind {
            Kind::Public => ("http://127.0.0.1/callback", &["--public"]),
            Kind::Basic | Kind::Post => ("https://app.example/callback", &[]),
        };
        let usual = [
            "app",
            "create",
            "--json",
            "--name",
            "Rust App",
            "--redirect-uri",
            redirect_uri,
        ];
        let scopes = ["--scope", "read:userinfo", "--scope", "read:posts"];
        let created = self.binary.run(&[&usual[..], &scopes, flags].concat()).json();
        let client_id = ClientId::new(created["client_id"].as_str().unwrap().to_owned());
        let secret = created["client_secret"]
            .as_str()
            .map(|secret| ClientSecret::new(secret.to_owned()));
        assert_eq!(secret.is_none(), kind == Kind::Public);
        let back = RedirectUrl::new(redirect_uri.replace("127.0.0.1", "127.0.0.1:49152")).unwrap();
        let metadata = &self.metadata;
        let client = BasicClient::new(client_id)
            .set_auth_uri(metadata.authorization_endpoint.clone())
            .set_token_uri(metadata.token_endpoint.clone())
            .set_introspection_url(metadata.introspection_endpoint.clone())
            .set_revocation_url(metadata.revocation_endpoint.clone())
            .set_redirect_uri(back);
        let client = match &secret {
            Some(client_secret) => client.set_client_secret(client_secret.clone()),
            None => client,
        };
        let client = if kind == Kind::Post {
            client.set_auth_type(AuthType::RequestBody)
        } else {
            client
        };
        (client, secret)
    }

    /// Sends the member to the server, where they allow `scopes`.
    async fn ask(&self, client: &Client, scopes: &str) -> Asked {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (link, state) = client
            .authorize_url(CsrfToken::new_random)
            .add_scope(Scope::new("read:userinfo".to_owned()))
            .add_scope(Scope::new("read:posts".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let callback = self.visit(&link, scopes).await;
        assert_eq!(callback.address, client.redirect_uri().unwrap().as_str());
        assert_eq!(callback.get("iss"), Some(self.metadata.issuer.as_str()));
        assert_eq!(callback.get("state"), Some(state.secret().as_str()));
        Asked { callback, verifier }
    }

    async fn visit(&self, link: &Url, scopes: &str) -> Callback {
        let page = self.member.get(&link[Position::BeforePath..]).await;
        if page.status == 200 {
            return self.member.allow(&page, scopes).await.callback();
        }
        page.callback()
    }

    async fn exchange(
        &self,
        client: &Client,
        code: &str,
        verifier: &str,
    ) -> Result<BasicTokenResponse, Refused> {
        let verifier = PkceCodeVerifier::new(verifier.to_owned());
        client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(verifier)
            .request_async(&self.http)
            .await
    }

    /// The whole flow.
    async fn connect(&self, client: &Client) -> BasicTokenResponse {
        let Asked { callback, verifier } = self.ask(client, "read:userinfo read:posts").await;
        self.exchange(client, &callback.code(), verifier.secret())
            .await
            .unwrap()
    }

    async fn refresh(
        &self,
        client: &Client,
        refresh_token: &RefreshToken,
    ) -> Result<BasicTokenResponse, Refused> {
        client
            .exchange_refresh_token(refresh_token)
            .request_async(&self.http)
            .await
    }

    async fn userinfo(&self, token: &AccessToken) -> reqwest::Response {
        let request = self.http.get(&self.metadata.userinfo_endpoint);
        request.bearer_auth(token.secret()).send().await.unwrap()
    }

    /// Revokes as behind a TLS proxy, since the crate only revokes over HTTPS.
    async fn revoke(&self, client: &Client, token: &RefreshToken) {
        let plain = self.metadata.revocation_endpoint.as_str();
        let secure = RevocationUrl::new(plain.replace("http://", "https://")).unwrap();
        let proxy = |mut request: HttpRequest| async move {
            assert_eq!(request.uri().scheme_str(), Some("https"));
            *request.uri_mut() = plain.parse().unwrap();
            self.http.call(request).await
        };
        let (client, http, refresh_token) =
            (client.clone().set_revocation_url(secure), &proxy, token.clone());
        client
            .revoke_token(refresh_token.into())
            .unwrap()
            .request_async(http)
            .await
            .unwrap();
    }
}

/// The crate's own error, with the server's description.
#[track_caller]
fn assert_refused(answer: Result<BasicTokenResponse, Refused>, error: &BasicErrorResponseType, words: &str) {
    match answer {
        Err(RequestTokenError::ServerResponse(response)) => {
            assert_eq!(response.error(), error);
            let description = response.error_description().unwrap();
            assert!(description.contains(words), "{description}");
        }
        other => panic!("{other:?}"),
    }
}

/// The examples of `docs/clients.md`.
#[tokio::test]
async fn the_lines_of_the_documentation() {
    let world = World::new().await;
    let (registered, secret) = world.register(Kind::Basic);
    let (client_id, client_secret) = (registered.client_id().clone(), secret.unwrap());
    let redirect_uri = registered.redirect_uri().unwrap().clone();
    let (metadata, http) = (&world.metadata, &world.http);

    let client = BasicClient::new(client_id)
        .set_client_secret(client_secret)
        .set_redirect_uri(redirect_uri)
        .set_auth_uri(metadata.authorization_endpoint.clone())
        .set_token_uri(metadata.token_endpoint.clone());

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (link, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new("read:userinfo".to_owned()))
        .add_scope(Scope::new("read:posts".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    // The browser opens `link` and returns with these parameters.
    let callback = world.visit(&link, "read:userinfo read:posts").await;
    assert_eq!(callback.get("state"), Some(state.secret().as_str()));
    assert_eq!(callback.get("iss"), Some(metadata.issuer.as_str()));

    let tokens = client
        .exchange_code(AuthorizationCode::new(callback.code()))
        .set_pkce_verifier(verifier)
        .request_async(http)
        .await
        .unwrap();
    let newer = client
        .exchange_refresh_token(tokens.refresh_token().unwrap())
        .request_async(http)
        .await
        .unwrap();

    assert_eq!(world.userinfo(newer.access_token()).await.status(), 200);
}

#[tokio::test]
async fn the_code_flow_ends_with_tokens_that_userinfo_accepts() {
    let world = World::new().await;
    for kind in KINDS {
        let (client, _) = world.register(kind);
        let tokens = world.connect(&client).await;
        assert!(tokens.access_token().secret().starts_with("lk_at_"));
        assert!(tokens.refresh_token().unwrap().secret().starts_with("lk_rt_"));
        assert_eq!(tokens.token_type(), &BasicTokenType::Bearer);
        assert_eq!(tokens.expires_in().unwrap().as_secs(), 3_600);
        let scopes: Vec<_> = tokens
            .scopes()
            .unwrap()
            .iter()
            .map(|scope| scope.as_str())
            .collect();
        assert_eq!(scopes, ["read:userinfo", "read:posts"]);

        let answer = world.userinfo(tokens.access_token()).await;
        assert_eq!(answer.status(), 200, "{kind:?}");
        let profile: Value = answer.json().await.unwrap();
        assert_eq!(profile["email"], "member@demo.example");
    }
}

#[tokio::test]
async fn a_confidential_application_needs_no_pkce_and_gets_what_was_ticked() {
    let world = World::new().await;
    let (client, _) = world.register(Kind::Basic);
    let (link, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new("read:userinfo read:posts".to_owned()))
        .url();
    let callback = world.visit(&link, "read:posts").await;
    assert_eq!(callback.get("state"), Some(state.secret().as_str()));
    let code = AuthorizationCode::new(callback.code());
    let tokens = client
        .exchange_code(code)
        .request_async(&world.http)
        .await
        .unwrap();
    assert_eq!(tokens.scopes().unwrap(), &[Scope::new("read:posts".to_owned())]);
    let profile: Value = world.userinfo(tokens.access_token()).await.json().await.unwrap();
    assert!(profile["sub"].is_string() && profile["email"].is_null());
}

#[tokio::test]
async fn a_refresh_rotates_survives_a_lost_answer_and_finds_a_thief() {
    let world = World::new().await;
    for kind in KINDS {
        let (client, _) = world.register(kind);
        let first = world.connect(&client).await;
        let oldest = first.refresh_token().unwrap();
        let second = world.refresh(&client, oldest).await.unwrap();
        assert_ne!(second.access_token().secret(), first.access_token().secret());
        assert_ne!(second.refresh_token().unwrap().secret(), oldest.secret());

        let again = world.refresh(&client, oldest).await.unwrap();
        assert_eq!(again.access_token().secret(), second.access_token().secret());
        assert_eq!(
            again.refresh_token().unwrap().secret(),
            second.refresh_token().unwrap().secret()
        );

        let third = world
            .refresh(&client, second.refresh_token().unwrap())
            .await
            .unwrap();
        assert_eq!(
            world.userinfo(third.access_token()).await.status(),
            200,
            "{kind:?}"
        );

        let refused = world.refresh(&client, oldest).await;
        assert_refused(
            refused,
            &BasicErrorResponseType::InvalidGrant,
            "replaced by a newer one",
        );
        assert_eq!(
            world.userinfo(third.access_token()).await.status(),
            401,
            "{kind:?}"
        );
        let refused = world.refresh(&client, third.refresh_token().unwrap()).await;
        assert_refused(refused, &BasicErrorResponseType::InvalidGrant, "was revoked");
    }
}

#[tokio::test]
async fn what_is_revoked_is_refused() {
    let world = World::new().await;
    for kind in KINDS {
        let (client, _) = world.register(kind);
        let tokens = world.connect(&client).await;
        let refresh_token = tokens.refresh_token().unwrap();
        assert!(matches!(
            client.revoke_token(refresh_token.clone().into()),
            Err(ConfigurationError::InsecureUrl("revocation"))
        ));
        world.revoke(&client, refresh_token).await;
        assert_eq!(
            world.userinfo(tokens.access_token()).await.status(),
            401,
            "{kind:?}"
        );
        let refused = world.refresh(&client, refresh_token).await;
        assert_refused(refused, &BasicErrorResponseType::InvalidGrant, "was revoked");
    }
}

#[tokio::test]
async fn introspection_tells_an_application_about_its_own_tokens() {
    let world = World::new().await;
    for kind in [Kind::Basic, Kind::Post] {
        let (client, _) = world.register(kind);
        let tokens = world.connect(&client).await;
        let introspection = client.introspect(tokens.access_token());
        let found = introspection.request_async(&world.http).await.unwrap();
        assert!(found.active(), "{kind:?}");
        assert_eq!(found.client_id(), Some(client.client_id()));
        assert_eq!(found.username(), Some("member@demo.example"));
        assert_eq!(found.token_type(), Some(&BasicTokenType::Bearer));
        assert_eq!(found.iss(), Some(world.metadata.issuer.as_str()));
        assert_eq!(found.scopes().unwrap().len(), 2);
        assert_eq!((found.exp().unwrap() - found.iat().unwrap()).num_seconds(), 3_600);

        world.revoke(&client, tokens.refresh_token().unwrap()).await;
        let introspection = client.introspect(tokens.access_token());
        assert!(!introspection.request_async(&world.http).await.unwrap().active());
    }
}

#[tokio::test]
async fn what_is_wrong_is_an_error_of_the_crate_with_our_words() {
    let world = World::new().await;
    for kind in KINDS {
        let (client, secret) = world.register(kind);
        let invalid_grant = &BasicErrorResponseType::InvalidGrant;
        let asked = world.ask(&client, "read:userinfo read:posts").await;
        let (code, verifier) = (asked.callback.code(), asked.verifier.secret());

        let refused = world.exchange(&client, "nonsense", verifier).await;
        assert_refused(refused, invalid_grant, "`code` is not valid");
        let (_, other) = PkceCodeChallenge::new_random_sha256();
        let refused = world.exchange(&client, &code, other.secret()).await;
        assert_refused(refused, invalid_grant, "verifier");

        if let Some(secret) = secret {
            let cut_off = ClientSecret::new(secret.secret()[1..].to_owned());
            let refused = world
                .exchange(&client.clone().set_client_secret(cut_off), &code, verifier)
                .await;
            let words = "the secret has 42 characters, 43 expected: cut off when copied?";
            assert_refused(refused, &BasicErrorResponseType::InvalidClient, words);
        }

        let tokens = world.exchange(&client, &code, verifier).await.unwrap();
        let refused = world.exchange(&client, &code, verifier).await;
        assert_refused(refused, invalid_grant, "used before");
        assert_eq!(
            world.userinfo(tokens.access_token()).await.status(),
            401,
            "{kind:?}"
        );
    }
}
