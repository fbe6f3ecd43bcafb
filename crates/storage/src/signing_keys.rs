//! The keys that sign ID tokens (OpenID Connect Core section 10.1).

use async_trait::async_trait;
use latchkey_domain::{IdTokenAlgorithm, Timestamp};
use zeroize::Zeroizing;

use crate::StoreError;

/// A key that signs ID tokens, now or soon, or did before.
#[derive(Clone)]
pub struct SigningKey {
    /// Its number: one more than that of the key before it, from 1, whatever the algorithm of that.
    pub id: i64,
    /// What it signs with.
    pub algorithm: IdTokenAlgorithm,
    /// The private key: PKCS#8 in base64.
    pub private: Zeroizing<String>,
    /// Until then it is only published, so that clients know it when it signs.
    pub signs_from: Timestamp,
}

/// All that are kept.
#[derive(Clone)]
pub struct KeptSigningKeys {
    /// Newest first.
    pub keys: Vec<SigningKey>,
    /// The algorithms whose next key is due: the server key was rotated since the newest was made.
    pub due: Vec<IdTokenAlgorithm>,
}

/// Keeping the keys, sealed.
#[async_trait]
pub trait SigningKeys: Send + Sync {
    /// All keys.
    async fn signing_keys(&self) -> Result<KeptSigningKeys, StoreError>;

    /// Keeps a new key. `false`, and nothing changed, if another server kept one with this number.
    async fn add_signing_key(&self, key: SigningKey, at: Timestamp) -> Result<bool, StoreError>;

    /// Deletes all keys of an algorithm before the one with this number; how many there were.
    async fn delete_signing_keys_before(
        &self,
        algorithm: IdTokenAlgorithm,
        id: i64,
    ) -> Result<u64, StoreError>;
}
