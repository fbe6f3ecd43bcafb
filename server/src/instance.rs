//! The rules, put together over one store. What the command line and the pages both work with.

use std::sync::Arc;

use latchkey_accounts::{Passwords, Roster, SessionKeeper, Setup, SignIn};
use latchkey_domain::{Clock, Randomness};
use latchkey_oauth::{AuthorizationServer, Lifetimes, Parts};
use latchkey_registration::Registrar;
use latchkey_store::Store;
use latchkey_store::keys::ServerKey;
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
    /// What codes and tokens are made with.
    token_key: Zeroizing<[u8; 32]>,
}

impl Instance {
    /// Puts the rules together, over a store and the key that it is sealed with.
    pub fn new(
        store: Arc<dyn Store>,
        key: &ServerKey,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        password_cost: Cost,
    ) -> Self {
        let setup_key = key.derive("setup");
        let token_key = Zeroizing::new(key.derive("tokens v1"));
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
            token_key,
        }
    }

    /// The authorization server that clients reach at `public_url`, which is its issuer. Tokens do not depend on the
    /// address: they stay good when it changes.
    pub fn authorization_server(&self, public_url: &PublicUrl) -> AuthorizationServer {
        AuthorizationServer::new(Parts {
            store: self.store.clone(),
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
            token_key: *self.token_key,
            issuer: public_url.origin().to_owned(),
            lifetimes: Lifetimes::default(),
        })
    }
}
