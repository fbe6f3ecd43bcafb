//! From a link to tokens and a GraphQL answer.
// In a new project:
//     cargo add oauth2@5 serde_json
//     cargo add reqwest@0.12 --features json
//     cargo add tokio@1 --features macros,rt-multi-thread

use std::collections::HashMap;
use std::error::Error;
use std::{env, io};

use oauth2::basic::BasicClient;
use oauth2::url::Url;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope,
    TokenResponse, TokenUrl,
};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // 1. A link for the member. `state` ties the answer to this request, the verifier ties the code to it (PKCE).
    let client = BasicClient::new(ClientId::new(setting("OAUTH_CLIENT_ID")?))
        .set_client_secret(ClientSecret::new(setting("OAUTH_CLIENT_SECRET")?))
        .set_redirect_uri(RedirectUrl::new(setting("OAUTH_REDIRECT_URI")?)?)
        .set_auth_uri(AuthUrl::new(setting("OAUTH_AUTHORIZATION_ENDPOINT")?)?)
        .set_token_uri(TokenUrl::new(setting("OAUTH_TOKEN_ENDPOINT")?)?);
    let scopes = setting("OAUTH_SCOPES")?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (link, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(scopes.split(' ').map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    println!("Open this link and press Allow:\n\n{link}\n");
    println!("Then paste the address that the browser came to:");
    let mut address = String::new();
    io::stdin().read_line(&mut address)?;

    // 2. The answer: a code, or why there is none.
    let answer: HashMap<_, _> = Url::parse(address.trim())?.query_pairs().into_owned().collect();
    let issuer = setting("OAUTH_ISSUER")?;
    if answer.get("state") != Some(state.secret()) || answer.get("iss") != Some(&issuer) {
        return Err("this address is not the answer to the link".into());
    }
    let code = answer.get("code").ok_or_else(|| format!("no code: {answer:?}"))?;

    // 3. The code for tokens. A request for tokens must not follow redirects.
    let no_redirects = reqwest::redirect::Policy::none();
    let http = reqwest::Client::builder().redirect(no_redirects).build()?;
    let tokens = client
        .exchange_code(AuthorizationCode::new(code.clone()))
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await?;

    // 4. The access token opens the Headless API for as long as expires_in says.
    let response = http
        .post(setting("GRAPHQL_ENDPOINT")?)
        .bearer_auth(tokens.access_token().secret())
        .json(&json!({ "query": "{ me { id name } }" }))
        .send()
        .await?;
    println!("{}", response.error_for_status()?.json::<Value>().await?);

    // 5. The refresh token gives new tokens. Keep the newest: the one before is superseded.
    let refresh_token = tokens.refresh_token().ok_or("no refresh token")?;
    let tokens = client
        .exchange_refresh_token(refresh_token)
        .request_async(&http)
        .await?;
    let granted: Vec<_> = tokens
        .scopes()
        .into_iter()
        .flatten()
        .map(|scope| scope.as_str())
        .collect();
    println!("Refreshed: {}", granted.join(" "));
    Ok(())
}

fn setting(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set: set it in .env"))
}
