//! The OAuth protocol: what a request means, whether it succeeds, and the response. It knows no HTTP beyond the
//! status and header values that the protocol decides, and no SQL: storage, clock and randomness are passed in.
//!
//! [`AuthorizationServer`] has a method per endpoint:
//!
//! | endpoint | method |
//! |---|---|
//! | `GET /oauth/authorize` | [`AuthorizationServer::authorize`] |
//! | `POST /oauth/authorize` | [`AuthorizationServer::answer_consent`] |
//! | `POST /oauth/token` | [`AuthorizationServer::token`] |
//! | `POST /oauth/revoke` | [`AuthorizationServer::revoke`] |
//! | `POST /oauth/introspect` | [`AuthorizationServer::introspect`] |
//! | `GET /oauth/userinfo` | [`AuthorizationServer::userinfo`] |
//! | every protected resource | [`AuthorizationServer::verify_access`] |
//! | `/account/connected-apps` | [`AuthorizationServer::connected_apps`], [`AuthorizationServer::disconnect`] |
//! | the API explorer | [`AuthorizationServer::begin_explorer_login`], [`AuthorizationServer::finish_explorer_login`], [`AuthorizationServer::end_explorer_logins`] |
//! | Activity, and housekeeping | [`AuthorizationServer::record_expired_codes`] |
//! | `/.well-known/…` | [`AuthorizationServer::metadata`], [`AuthorizationServer::openid_metadata`], [`AuthorizationServer::protected_resource_metadata`] |
//! | `GET /oauth/jwks` | [`AuthorizationServer::jwks`] |
//! | `GET /oauth/logout` | [`AuthorizationServer::logout`] |
//!
//! [`token_endpoint`] has the grant types. [`tokens`] makes and reads codes and tokens, and knows no endpoint. [`openid`] has
//! what OpenID Connect adds: ID tokens and their keys.

pub mod access;
pub mod activity;
pub mod authorize;
pub mod counters;
pub mod explorer_login;
pub mod introspect;
pub mod metadata;
mod narrowing;
pub mod openid;
pub mod revoke;
pub mod token_endpoint;
pub mod tokens;
pub mod userinfo;

mod activity_limit;
mod client_auth;
mod connected_apps;
mod description;
mod error;
mod expired_codes;
mod lifetimes;
mod params;
mod pkce;
mod resource;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use latchkey_domain::{Clock, Randomness, Timestamp};
use latchkey_storage::Store;

pub use latchkey_storage::{ConnectedApp, Disconnected, Resource};

pub use self::access::{Access, AccessError, Subject};
pub use self::activity::{ProviderFailure, RequestOrigin};
pub use self::authorize::{ConsentQuestion, Decision, PageError, Redirect, SignIn, SignedIn};
pub use self::counters::Counters;
pub use self::error::{EndpointError, ErrorBody, ErrorCode};
pub use self::explorer_login::ExplorerLogin;
pub use self::introspect::Introspection;
pub use self::lifetimes::{Lifetimes, LifetimesError};
pub use self::metadata::{AuthorizationServerMetadata, ProtectedResourceMetadata};
pub use self::openid::{Jwks, Logout, MemberClaims, OpenIdMetadata};
pub use self::token_endpoint::TokenResponse;
pub use self::tokens::{Token, TokenKeys};
pub use self::userinfo::Userinfo;

use self::activity_limit::ActivityLimit;
use self::openid::keys::KnownSigningKeys;
use self::tokens::TokenKey;

/// The dependencies and settings of an [`AuthorizationServer`].
pub struct Parts {
    /// Where grants and applications are stored.
    pub store: Arc<dyn Store>,
    /// The current time.
    pub clock: Arc<dyn Clock>,
    /// The source of the salts of grants.
    pub randomness: Arc<dyn Randomness>,
    /// The keys that make and verify codes and tokens.
    pub token_keys: TokenKeys,
    /// The public URL of the server: the `iss` of RFC 9207 and the issuer of RFC 8414.
    pub issuer: String,
    /// How long codes and tokens last.
    pub lifetimes: Lifetimes,
}

/// The authorization server. Clones are cheap and share their state.
#[derive(Clone)]
pub struct AuthorizationServer(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    token_keys: TokenKeys,
    issuer: String,
    lifetimes: Lifetimes,
    activity_limit: ActivityLimit,
    counters: Counters,
    signing_keys: KnownSigningKeys,
}

impl AuthorizationServer {
    /// Creates the server. A trailing slash of the issuer is removed, since the endpoints' paths follow it.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            store: parts.store,
            clock: parts.clock,
            randomness: parts.randomness,
            token_keys: parts.token_keys,
            issuer: parts.issuer.trim_end_matches('/').to_owned(),
            lifetimes: parts.lifetimes,
            activity_limit: ActivityLimit::default(),
            counters: Counters::default(),
            signing_keys: KnownSigningKeys::default(),
        }))
    }

    /// The issuer, as in metadata and `iss`.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The counts of decisions.
    pub fn counters(&self) -> &Counters {
        &self.0.counters
    }

    fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn token_key(&self) -> TokenKey {
        self.0.token_keys.now()
    }

    /// How long codes and tokens last.
    pub fn lifetimes(&self) -> Lifetimes {
        self.0.lifetimes
    }
}
