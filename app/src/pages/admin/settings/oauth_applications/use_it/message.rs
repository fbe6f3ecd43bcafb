//! A message to the developer of an application: what they need, except the secret.

use latchkey_domain::Application;

use super::environment::Endpoints;

/// What the message says.
#[derive(Clone, Copy, Debug)]
pub struct DeveloperMessage<'a> {
    pub application: &'a Application,
    pub endpoints: &'a Endpoints,
    /// The network's name.
    pub network: &'a str,
}

impl DeveloperMessage<'_> {
    /// The message as plain text. It never has the secret.
    pub fn to_text(&self) -> String {
        let Self {
            application,
            endpoints,
            network,
        } = *self;
        let spec = &application.spec;
        let (client_type, secret) = if spec.client_type.is_confidential() {
            (
                "Confidential",
                "The client secret is not in this message. You get it in another way. Keep it on your server.",
            )
        } else {
            (
                "Public",
                "It has no client secret. Use PKCE with the method S256.",
            )
        };
        let redirect_uris: String = spec
            .redirect_uris
            .iter()
            .map(|uri| ["  ", uri.as_str(), "\n"].concat())
            .collect();
        let Endpoints {
            issuer,
            authorization,
            token,
            graphql,
        } = endpoints;
        format!(
            "{name} is registered on {network}. Its settings:\n\
             \n\
             Client ID: {client_id}\n\
             Client type: {client_type}\n\
             Redirect URIs, one of which has to match exactly:\n\
             {redirect_uris}\
             Scopes: {scopes}\n\
             \n\
             Issuer: {issuer}\n\
             Authorization endpoint: {authorization}\n\
             Token endpoint: {token}\n\
             Headless API (GraphQL): {graphql}\n\
             \n\
             {secret}\n\
             \n\
             Documentation:\n  \
             All endpoints, for client libraries: {issuer}/.well-known/oauth-authorization-server\n  \
             GraphQL schema: {graphql}/schema\n  \
             Guide: docs/integrating.md in Latchkey's repository\n",
            name = spec.name,
            client_id = application.client_id,
            scopes = spec.scopes,
        )
    }
}
