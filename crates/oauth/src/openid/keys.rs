//! The keys that sign ID tokens: making them, publishing them, taking turns (OpenID Connect Core section 10.1.1).
//!
//! They are rows of the database, sealed with the server key, so that all nodes have the same. A new key is published for an
//! hour before it signs, since clients keep what was published. The key before it stays published until the last token that
//! it signed has expired.

use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use latchkey_domain::{Application, Randomness, Scope, Timestamp};
use latchkey_storage::{SigningKey, StoreError};
use ring::signature::{RsaKeyPair, RsaPublicKeyComponents};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::id_token;
use crate::AuthorizationServer;

/// How long clients may keep the published keys, and so how long a new one is published before it signs.
const PUBLISHED_FOR: Duration = Duration::from_secs(60 * 60);

/// How long a node may not know a key that another one made. Shorter than [`PUBLISHED_FOR`].
const KEPT_IN_MEMORY: Duration = Duration::from_secs(60);

/// Bits of a key: what every client of today can check.
const BITS: usize = 2_048;

/// A public key (RFC 7517 section 4, RFC 7518 section 6.3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // Each member is its name in the RFC.
pub struct Jwk {
    pub kty: &'static str,
    #[serde(rename = "use")]
    pub used_for: &'static str,
    pub alg: &'static str,
    pub kid: String,
    pub n: String,
    pub e: String,
}

/// The published keys (RFC 7517 section 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwks {
    /// Newest first.
    pub keys: Vec<Jwk>,
}

/// A key, ready to sign. It does not print.
pub(super) struct ReadyKey {
    id: i64,
    signs_from: Timestamp,
    pub(super) jwk: Jwk,
    pub(super) pair: RsaKeyPair,
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
    /// The key that signs at this time: the newest whose time has come.
    pub(super) fn current(&self, now: Timestamp) -> Result<&ReadyKey, StoreError> {
        let key = self.0.iter().find(|key| key.signs_from <= now).or(self.0.last());
        key.ok_or_else(|| StoreError::Damaged("there is no key that signs ID tokens".into()))
    }

    /// The number before which no key is of use any more: tokens that the keys before it signed have expired.
    fn oldest_in_use(&self, now: Timestamp) -> Option<i64> {
        let over = now.minus(id_token::LIFETIME).minus(PUBLISHED_FOR);
        self.0.iter().find(|key| key.signs_from <= over).map(|key| key.id)
    }
}

impl ReadyKey {
    fn read(key: &SigningKey) -> Result<Self, StoreError> {
        let damaged = || StoreError::Damaged(format!("the signing key {} is not PKCS#8", key.id));
        let der = STANDARD.decode(key.private.as_bytes()).map_err(|_| damaged())?;
        let pair = RsaKeyPair::from_pkcs8(&Zeroizing::new(der)).map_err(|_| damaged())?;
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
        let (n, e) = (
            URL_SAFE_NO_PAD.encode(&public.n),
            URL_SAFE_NO_PAD.encode(&public.e),
        );
        // RFC 7638: the members in alphabetical order, without white space.
        let thumbprint = Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
        Ok(Self {
            id: key.id,
            signs_from: key.signs_from,
            jwk: Jwk {
                kty: "RSA",
                used_for: "sig",
                alg: "RS256",
                kid: URL_SAFE_NO_PAD.encode(thumbprint),
                n,
                e,
            },
            pair,
        })
    }
}

/// The randomness of this server, as the library wants it.
struct Random<'a>(&'a dyn Randomness);

impl TryRng for Random<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Random<'_> {}

/// Makes a private key: some tenths of a second.
fn generate(randomness: &dyn Randomness) -> Result<Zeroizing<String>, StoreError> {
    let failed = |what: &str| StoreError::Damaged(format!("a signing key could not be {what}"));
    let key = RsaPrivateKey::new(&mut Random(randomness), BITS).map_err(|_| failed("made"))?;
    let der = key.to_pkcs8_der().map_err(|_| failed("encoded"))?;
    Ok(Zeroizing::new(STANDARD.encode(der.as_bytes())))
}

impl AuthorizationServer {
    /// The keys, from memory if they were read lately. The first request that needs one makes the first key.
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
        if kept.keys.is_empty() {
            let _one = self.0.signing_keys.making.lock().await;
            kept = self.store().signing_keys().await?;
            if kept.keys.is_empty() {
                self.add_signing_key(1, now).await?;
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
    async fn add_signing_key(&self, id: i64, signs_from: Timestamp) -> Result<(), StoreError> {
        let private = generate(&*self.0.randomness)?;
        let key = SigningKey {
            id,
            private,
            signs_from,
        };
        self.store().add_signing_key(key, self.now()).await?;
        Ok(())
    }

    /// Makes the next key if the server key was rotated since the last one, and deletes those that no valid token needs.
    /// Nothing if no client ever asked for an ID token.
    pub async fn tend_signing_keys(&self) -> Result<(), StoreError> {
        let kept = self.store().signing_keys().await?;
        let Some(newest) = kept.keys.first() else {
            return Ok(());
        };
        if kept.is_next_due {
            // Another node may publish the keys without it for a while.
            let signs_from = self.now().plus(KEPT_IN_MEMORY).plus(PUBLISHED_FOR);
            self.add_signing_key(newest.id + 1, signs_from).await?;
        }
        let keys = self.read_signing_keys().await?;
        if let Some(id) = keys.oldest_in_use(self.now())
            && self.store().delete_signing_keys_before(id).await? > 0
        {
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
            keys: keys.0.iter().map(|key| key.jwk.clone()).collect(),
        })
    }
}
