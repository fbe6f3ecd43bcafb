//! The rules over one store, shared by the command line and the pages.

use std::sync::Arc;

use latchkey_accounts::{
    Passkeys, Passwords, ProviderSignIn, Roster, SecondFactor, SessionKeeper, Setup, SignIn, SignInLinks,
    SignInMarker,
};
use latchkey_domain::{Clock, Randomness};
use latchkey_oauth::{AuthorizationServer, Lifetimes, Parts, TokenKeys};
use latchkey_registration::Registrar;
use latchkey_storage::{Store, StoreError};
use latchkey_storage_sql::keyring::Keyring;
use latchkey_storage_sql::keys::ServerKey;
use latchkey_storage_sql::postgres::PostgresStore;
use latchkey_storage_sql::sqlite::Keychain;
use zeroize::Zeroizing;

pub use latchkey_accounts::Cost;

use crate::settings::PublicUrl;

/// Everything an instance can do, independent of how it is reached.
#[derive(Clone)]
pub struct Instance {
    /// Where data is stored.
    pub store: Arc<dyn Store>,
    /// The current time.
    pub clock: Arc<dyn Clock>,
    /// The source of secrets.
    pub randomness: Arc<dyn Randomness>,
    /// The rules about applications.
    pub registrar: Registrar,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Finds and ends sessions.
    pub sessions: SessionKeeper,
    /// Checks passwords and opens sessions.
    pub sign_in: SignIn,
    /// Signs members in with accounts at providers.
    pub providers: ProviderSignIn,
    /// Codes of authenticator apps, and recovery codes.
    pub second_factor: SecondFactor,
    /// Marks a sign-in that just succeeded.
    pub sign_in_marker: SignInMarker,
    /// The first setup.
    pub setup: Setup,
    /// The members.
    pub roster: Roster,
    /// Links with which members choose how to sign in.
    pub links: SignInLinks,
    /// The store's keys.
    keys: Keys,
    /// The keys that make codes and tokens.
    token_keys: TokenKeys,
    /// How long codes and tokens last.
    lifetimes: Lifetimes,
}

impl Instance {
    /// Creates the rules over a store and its keys.
    pub fn new(
        store: Arc<dyn Store>,
        keys: Keys,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        password_cost: Cost,
    ) -> Self {
        let ring = keys.ring();
        let setup_key = ring.current().derive("setup");
        let marker_key = ring.current().derive("sign-in marker");
        let (current, before) = token_keys(&ring);
        let passwords = Passwords::new(password_cost, randomness.clone());
        let sessions = SessionKeeper::new(store.clone(), clock.clone(), randomness.clone());
        let sign_in = SignIn::new(
            store.clone(),
            clock.clone(),
            passwords.clone(),
            sessions.clone(),
            attempts_key(&ring),
            ring.current().derive("half of a sign-in"),
        );
        Self {
            registrar: Registrar::new(store.clone(), clock.clone(), randomness.clone()),
            second_factor: SecondFactor::new(
                store.clone(),
                clock.clone(),
                randomness.clone(),
                sign_in.clone(),
            ),
            providers: ProviderSignIn::new(
                store.clone(),
                clock.clone(),
                randomness.clone(),
                passwords.clone(),
                sign_in.clone(),
            ),
            sign_in,
            sign_in_marker: SignInMarker::new(marker_key),
            setup: Setup::new(store.clone(), clock.clone(), passwords.clone(), setup_key),
            roster: Roster::new(store.clone(), clock.clone(), passwords.clone()),
            links: SignInLinks::new(
                store.clone(),
                clock.clone(),
                randomness.clone(),
                passwords.clone(),
            ),
            sessions,
            passwords,
            randomness,
            clock,
            store,
            keys,
            token_keys: TokenKeys::new(&current, &before),
            lifetimes: Lifetimes::default(),
        }
    }

    /// Uses another clock: to register applications and issue tokens at another time.
    #[must_use]
    pub fn with_clock(&self, clock: Arc<dyn Clock>) -> Self {
        Self {
            registrar: Registrar::new(self.store.clone(), clock.clone(), self.randomness.clone()),
            clock,
            ..self.clone()
        }
    }

    /// Uses these lifetimes for codes and tokens.
    #[must_use]
    pub fn with_lifetimes(self, lifetimes: Lifetimes) -> Self {
        Self { lifetimes, ..self }
    }

    /// Checks whether the key was rotated and uses the new one for tokens. Returns whether it was.
    pub async fn refresh_keys(&self) -> Result<bool, StoreError> {
        self.keys.refresh().await?;
        // Compares in every case: an earlier lookup of a secret may have loaded the new key.
        let ring = self.keys.ring();
        self.sign_in.use_key(attempts_key(&ring));
        let (current, before) = token_keys(&ring);
        Ok(self.token_keys.replace(&current, &before))
    }

    /// Passkeys at `public_url`, if browsers have them there.
    pub fn passkeys(&self, public_url: &PublicUrl) -> Option<Passkeys> {
        let key = self.keys.ring().current().derive("passkeys");
        let (store, clock) = (self.store.clone(), self.clock.clone());
        Passkeys::at(public_url.origin(), public_url.host(), store, clock, key)
    }

    /// The authorization server that clients reach at `public_url`, which is its issuer. Tokens do not depend on the
    /// URL: they stay valid when it changes.
    pub fn authorization_server(&self, public_url: &PublicUrl) -> AuthorizationServer {
        AuthorizationServer::new(Parts {
            store: self.store.clone(),
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
            token_keys: self.token_keys.clone(),
            issuer: public_url.origin().to_owned(),
            lifetimes: self.lifetimes,
        })
    }
}

/// A store's keys.
#[derive(Clone)]
pub enum Keys {
    /// A key file, whose key may be rotated at any time.
    File(Keychain),
    /// The keys of a node on `PostgreSQL`, which records the key in use.
    Node(Arc<PostgresStore>),
}

impl Keys {
    fn ring(&self) -> Keyring {
        match self {
            Self::File(keychain) => keychain.ring(),
            Self::Node(store) => store.keys(),
        }
    }

    async fn refresh(&self) -> Result<bool, StoreError> {
        match self {
            Self::File(keychain) => keychain.refresh(),
            Self::Node(store) => store.refresh_keys().await,
        }
    }
}

/// The key for counting sign-in attempts: the same on every node.
fn attempts_key(ring: &Keyring) -> [u8; 32] {
    ring.current().derive("sign-in attempts")
}

/// The current key for tokens, and earlier ones. Each verifies tokens, so rotating the key ends none.
fn token_keys(ring: &Keyring) -> (Zeroizing<[u8; 32]>, Zeroizing<Vec<[u8; 32]>>) {
    let of = |key: &ServerKey| key.derive("tokens v1");
    let before = ring.all().skip(1).map(of).collect();
    (Zeroizing::new(of(ring.current())), Zeroizing::new(before))
}
