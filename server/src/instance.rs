//! The rules, put together over one store. What the command line and the pages both work with.

use std::sync::Arc;

use latchkey_accounts::{Passwords, Roster, SessionKeeper, Setup, SignIn};
use latchkey_domain::{Clock, Randomness};
use latchkey_oauth::{AuthorizationServer, Lifetimes, Parts, TokenKeys};
use latchkey_registration::Registrar;
use latchkey_store::keyring::Keyring;
use latchkey_store::keys::ServerKey;
use latchkey_store::sqlite::{Keychain, SqliteStore};
use latchkey_store::{Store, StoreError};
use zeroize::Zeroizing;

pub use latchkey_accounts::Cost;

use crate::settings::PublicUrl;

/// Everything an instance can do, apart from how it is reached.
#[derive(Clone)]
pub struct Instance {
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// Where secrets come from.
    pub randomness: Arc<dyn Randomness>,
    /// The rules about applications.
    pub registrar: Registrar,
    /// Hashing passwords.
    pub passwords: Passwords,
    /// Who is signed in.
    pub sessions: SessionKeeper,
    /// Signing in.
    pub sign_in: SignIn,
    /// The first run.
    pub setup: Setup,
    /// The members.
    pub roster: Roster,
    /// The key file.
    keychain: Keychain,
    /// What codes and tokens are made with.
    token_keys: TokenKeys,
}

impl Instance {
    /// Puts the rules together.
    pub fn new(
        store: SqliteStore,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        password_cost: Cost,
    ) -> Self {
        let setup_key = store.key().derive("setup");
        let keychain = store.keychain().clone();
        let (current, before) = token_keys(&keychain.ring());
        let store: Arc<dyn Store> = Arc::new(store);
        let passwords = Passwords::new(password_cost, randomness.clone());
        let sessions = SessionKeeper::new(store.clone(), clock.clone(), randomness.clone());
        Self {
            registrar: Registrar::new(store.clone(), clock.clone(), randomness.clone()),
            sign_in: SignIn::new(store.clone(), clock.clone(), passwords.clone(), sessions.clone()),
            setup: Setup::new(store.clone(), clock.clone(), passwords.clone(), setup_key),
            roster: Roster::new(store.clone(), clock.clone(), passwords.clone()),
            sessions,
            passwords,
            randomness,
            clock,
            store,
            keychain,
            token_keys: TokenKeys::new(&current, &before),
        }
    }

    /// Looks whether the key was rotated, and makes tokens with the new one if so; whether it was.
    pub fn refresh_keys(&self) -> Result<bool, StoreError> {
        self.keychain.refresh()?;
        // Not only when this look found it: a secret that was needed may have led to it before.
        let (current, before) = token_keys(&self.keychain.ring());
        Ok(self.token_keys.replace(&current, &before))
    }

    /// The authorization server that clients reach at `public_url`, which is its issuer. Tokens do not depend on the
    /// address: they stay good when it changes.
    pub fn authorization_server(&self, public_url: &PublicUrl) -> AuthorizationServer {
        AuthorizationServer::new(Parts {
            store: self.store.clone(),
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
            token_keys: self.token_keys.clone(),
            issuer: public_url.origin().to_owned(),
            lifetimes: Lifetimes::default(),
        })
    }
}

/// The current key for tokens, and those before it. A token is recognised by each, so that rotating the key ends none.
fn token_keys(ring: &Keyring) -> (Zeroizing<[u8; 32]>, Zeroizing<Vec<[u8; 32]>>) {
    let of = |key: &ServerKey| key.derive("tokens v1");
    let before = ring.all().skip(1).map(of).collect();
    (Zeroizing::new(of(ring.current())), Zeroizing::new(before))
}
