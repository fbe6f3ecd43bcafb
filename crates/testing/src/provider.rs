//! What a host chooses for a provider.

use latchkey_domain::provider::{
    CredentialsIn, ProviderClientId, ProviderKind, ProviderName, ProviderScopes, ProviderSpec, ProviderUrl,
};

/// What a host chooses for an OpenID provider with this name in addresses.
pub fn provider_spec(slug: &str, issuer: &str) -> ProviderSpec {
    ProviderSpec {
        name: ProviderName::parse("Guild").expect("it is a name"),
        slug: slug.parse().expect("it is a slug"),
        kind: ProviderKind::OpenIdConnect {
            issuer: ProviderUrl::parse(issuer).expect("it is a URL"),
        },
        client_id: ProviderClientId::parse("latchkey").expect("it is an id"),
        credentials_in: CredentialsIn::Header,
        scopes: ProviderScopes::parse("openid email").expect("they are scopes"),
        verifies_emails: false,
        admits_new_people: true,
        follows_profile: false,
        is_on: true,
    }
}
