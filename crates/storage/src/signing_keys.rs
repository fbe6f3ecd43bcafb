//! The keys that sign ID tokens (OpenID Connect Core section 10.1).

use async_trait::async_trait;
use latchkey_domain::Timestamp;
use zeroize::Zeroizing;

use crate::StoreError;

/// A key that signs ID tokens, now or soon, or did before.
#[derive(Clone)]
pub struct SigningKey {
    /// Its number: one more than that of the key before it, from 1.
    pub id: i64,
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
    /// Whether the server key was rotated since the newest was made, so that the next is due.
    pub is_next_due: bool,
}

/// Keeping the keys, sealed.
#[async_trait]
pub trait SigningKeys: Send + Sync {
    /// All keys.
    async fn signing_keys(&self) -> Result<KeptSigningKeys, StoreError>;

    /// Keeps a new key. `false`, and nothing changed, if another server kept one with this number.
    async fn add_signing_key(&self, key: SigningKey, at: Timestamp) -> Result<bool, StoreError>;

    /// Deletes all keys before the one with this number.
    async fn delete_signing_keys_before(&self, id: i64) -> Result<u64, StoreError>;
}
