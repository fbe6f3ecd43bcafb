//! `/.well-known/…` (RFC 8414, RFC 9728): the documents, to the letter.

use serde_json::json;

use crate::world::World;

const SCOPES: [&str; 15] = [
    "host:read:network_events",
    "host:read:network_spaces",
    "host:read:network_members",
    "host:read:network_plans",
    "host:read:network_posts",
    "read:userinfo",
    "read:network",
    "read:posts",
    "read:courses",
    "read:search",
    "write:posts",
    "write:comments",
    "openid",
    "profile",
    "email",
];

/// The indices of the scopes that every member can grant and that open anything.
const MEMBER_SCOPES: std::ops::Range<usize> = 5..12;

#[tokio::test]
async fn the_authorization_server_describes_itself() {
    let metadata = World::new().server.metadata();
    assert_eq!(
        serde_json::to_value(metadata).unwrap(),
        json!({
            "issuer": "https://net.example",
            "authorization_endpoint": "https://net.example/oauth/authorize",
            "token_endpoint": "https://net.example/oauth/token",
            "revocation_endpoint": "https://net.example/oauth/revoke",
            "introspection_endpoint": "https://net.example/oauth/introspect",
            "userinfo_endpoint": "https://net.example/oauth/userinfo",
            "scopes_supported": SCOPES,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "prompt_values_supported": ["none", "login", "consent"],
        })
    );
}

#[tokio::test]
async fn so_does_each_resource() {
    let metadata = World::new()
        .server
        .protected_resource_metadata("/networks/my-community/graphql");
    assert_eq!(
        serde_json::to_value(metadata).unwrap(),
        json!({
            "resource": "https://net.example/networks/my-community/graphql",
            "authorization_servers": ["https://net.example"],
            "scopes_supported": SCOPES[MEMBER_SCOPES],
            "bearer_methods_supported": ["header"],
        })
    );
}
