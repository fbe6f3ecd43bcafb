//! The keys that sign ID tokens: making them, publishing them, taking turns (OpenID Connect Core section 10.1.1).
//!
//! They are rows of the database, sealed with the server key, so that all nodes have the same. Each algorithm has keys of its
//! own, which take turns. A new key is published for an hour before it signs, since clients keep what was published. The key
//! before it stays published until the last token that it signed has expired.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use latchkey_domain::{Application, IdTokenAlgorithm, Scope, Timestamp};
use latchkey_storage::{KeptSigningKeys, SigningKey, StoreError};
use serde::Serialize;
use tokio::sync::Mutex;

use super::key_pair::{KeyPair, PublicKey};
use crate::{AuthorizationServer, lifetimes};

/// How long clients may keep the published keys, and so how long a new one is published before it signs.
const PUBLISHED_FOR: Duration = Duration::from_secs(60 * 60);

/// How long a node may not know a key that another one made. Shorter than [`PUBLISHED_FOR`].
const KEPT_IN_MEMORY: Duration = Duration::from_secs(60);

/// A public key (RFC 7517 section 4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // Each member is its name in the RFC.
pub struct Jwk {
    #[serde(flatten)]
    pub key: PublicKey,
    #[serde(rename = "use")]
    pub used_for: &'static str,
    pub alg: IdTokenAlgorithm,
    pub kid: String,
}

/// The published keys (RFC 7517 section 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwks {
    /// Those of RS256 first, since some clients look at the first key only; of each algorithm, the newest first.
    pub keys: Vec<Jwk>,
}

/// A key, ready to sign. It does not print.
pub(super) struct ReadyKey {
    id: i64,
    signs_from: Timestamp,
    pub(super) jwk: Jwk,
    pub(super) pair: KeyPair,
}

/// All keys, newest first.
pub(crate) struct SigningKeySet(pub(super) Vec<ReadyKey>);

/// The keys that this node knows, and since when.
#[derive(Default)]
pub(crate) struct KnownSigningKeys {
    known: RwLock<Option<(Arc<SigningKeySet>, Timestamp)>>,
    /// Held while the first key is made: of many requests that need it, one takes the time.
    making: Mutex<()>,
}

impl SigningKeySet {
    /// The keys of one algorithm, newest first.
    fn of(&self, algorithm: IdTokenAlgorithm) -> impl DoubleEndedIterator<Item = &ReadyKey> {
        self.0.iter().filter(move |key| key.jwk.alg == algorithm)
    }

    /// The key that signs at this time: the newest whose time has come.
    pub(super) fn current(
        &self,
        algorithm: IdTokenAlgorithm,
        now: Timestamp,
    ) -> Result<&ReadyKey, StoreError> {
        let key = self.of(algorithm).find(|key| key.signs_from <= now);
        key.or_else(|| self.of(algorithm).next_back()).ok_or_else(|| {
            StoreError::Damaged(format!("there is no key that signs ID tokens with {algorithm}"))
        })
    }

    /// The number before which no key of the algorithm is of use any more: tokens that they signed have expired.
    fn oldest_in_use(&self, algorithm: IdTokenAlgorithm, now: Timestamp) -> Option<i64> {
        let over = now.minus(lifetimes::ID_TOKEN).minus(PUBLISHED_FOR);
        let key = self.of(algorithm).find(|key| key.signs_from <= over);
        key.map(|key| key.id)
    }
}

impl ReadyKey {
    fn read(key: &SigningKey) -> Result<Self, StoreError> {
        let pair = KeyPair::read(key)?;
        let public = pair.public();
        Ok(Self {
            id: key.id,
            signs_from: key.signs_from,
            jwk: Jwk {
                kid: public.thumbprint(),
                key: public,
                used_for: "sig",
                alg: key.algorithm,
            },
            pair,
        })
    }
}

/// An algorithm that has no key yet: at first both, and ES256 in a database of an earlier version.
fn missing(kept: &KeptSigningKeys) -> Option<IdTokenAlgorithm> {
    let has_key = |algorithm| kept.keys.iter().any(|key| key.algorithm == algorithm);
    IdTokenAlgorithm::ALL
        .into_iter()
        .find(|algorithm| !has_key(*algorithm))
}

/// The number of the next key.
fn next_id(kept: &KeptSigningKeys) -> i64 {
    kept.keys.first().map_or(1, |newest| newest.id + 1)
}

impl AuthorizationServer {
    /// The keys, from memory if they were read lately. The first request that needs one makes the first of each algorithm.
    pub(crate) async fn signing_key_set(&self) -> Result<Arc<SigningKeySet>, StoreError> {
        let now = self.now();
        let known = self
            .0
            .signing_keys
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match known {
            Some((keys, at)) if now.since(at) < KEPT_IN_MEMORY => Ok(keys),
            _ => self.read_signing_keys().await,
        }
    }

    async fn read_signing_keys(&self) -> Result<Arc<SigningKeySet>, StoreError> {
        let now = self.now();
        let mut kept = self.store().signing_keys().await?;
        if missing(&kept).is_some() {
            let _one = self.0.signing_keys.making.lock().await;
            kept = self.store().signing_keys().await?;
            // If another node takes the number for the other algorithm, the next turn makes this one.
            while let Some(algorithm) = missing(&kept) {
                self.add_signing_key(algorithm, next_id(&kept), now).await?;
                kept = self.store().signing_keys().await?;
            }
        }
        let keys = kept.keys.iter().map(ReadyKey::read).collect::<Result<_, _>>()?;
        let keys = Arc::new(SigningKeySet(keys));
        let known = Some((Arc::clone(&keys), now));
        *self
            .0
            .signing_keys
            .known
            .write()
            .unwrap_or_else(PoisonError::into_inner) = known;
        Ok(keys)
    }

    /// Of two nodes that make the key with this number, one is first, and both use that.
    async fn add_signing_key(
        &self,
        algorithm: IdTokenAlgorithm,
        id: i64,
        signs_from: Timestamp,
    ) -> Result<(), StoreError> {
        let key = SigningKey {
            id,
            algorithm,
            private: KeyPair::generate(algorithm, &*self.0.randomness)?,
            signs_from,
        };
        self.store().add_signing_key(key, self.now()).await?;
        Ok(())
    }

    /// Makes the next keys if the server key was rotated since the last ones, and deletes those that no valid token needs.
    /// Nothing if no client ever asked for an ID token.
    pub async fn tend_signing_keys(&self) -> Result<(), StoreError> {
        let kept = self.store().signing_keys().await?;
        if kept.keys.is_empty() {
            return Ok(());
        }
        for (id, algorithm) in (next_id(&kept)..).zip(&kept.due) {
            // Another node may publish the keys without it for a while.
            let signs_from = self.now().plus(KEPT_IN_MEMORY).plus(PUBLISHED_FOR);
            self.add_signing_key(*algorithm, id, signs_from).await?;
        }
        let keys = self.read_signing_keys().await?;
        let mut deleted = 0;
        for algorithm in IdTokenAlgorithm::ALL {
            if let Some(id) = keys.oldest_in_use(algorithm, self.now()) {
                deleted += self.store().delete_signing_keys_before(algorithm, id).await?;
            }
        }
        if deleted > 0 {
            self.read_signing_keys().await?;
        }
        Ok(())
    }

    /// The keys, if an application may get ID tokens. Read before anything is changed: what cannot be signed is not redeemed.
    pub(crate) async fn signing_keys_for(
        &self,
        application: &Application,
    ) -> Result<Option<Arc<SigningKeySet>>, StoreError> {
        if application.spec.scopes.contains(Scope::OpenId) {
            return self.signing_key_set().await.map(Some);
        }
        Ok(None)
    }

    /// Answers `GET /oauth/jwks`. Clients may keep it for [`PUBLISHED_FOR`].
    pub async fn jwks(&self) -> Result<Jwks, StoreError> {
        let keys = self.signing_key_set().await?;
        Ok(Jwks {
            keys: IdTokenAlgorithm::ALL
                .into_iter()
                .flat_map(|algorithm| keys.of(algorithm))
                .map(|key| key.jwk.clone())
                .collect(),
        })
    }
}
