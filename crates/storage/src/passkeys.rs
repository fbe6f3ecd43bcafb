//! Passkeys (`WebAuthn`): what the server knows of the keys on members' devices.

use async_trait::async_trait;
use latchkey_domain::{Actor, Member, MemberId, Timestamp};

use crate::StoreError;

/// How many a member can have.
pub const MOST_PASSKEYS: u32 = 20;

/// The number by which pages name a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasskeyId(pub i64);

/// The key of a ceremony: the SHA-256 of its challenge, which works once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CeremonyKey(pub [u8; 32]);

/// A passkey to be kept.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    pub member: MemberId,
    /// The id of the credential, which the device names.
    pub credential: Vec<u8>,
    /// The public key, the counter and what else is needed to verify it, as JSON.
    pub data: String,
    /// How the member tells it from others.
    pub name: String,
    pub ceremony: CeremonyKey,
}

/// A passkey, as its member sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRecord {
    pub id: PasskeyId,
    pub name: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// A passkey, to verify what it signed.
#[derive(Clone, Debug)]
pub struct KeptPasskey {
    pub id: PasskeyId,
    pub member: Member,
    pub data: String,
}

/// The outcome of removing a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyRemoval {
    Done,
    /// The member has no such passkey.
    Unknown,
    /// It is the last way to sign in.
    Last,
}

/// Keeping, using and removing passkeys.
#[async_trait]
pub trait Passkeys: Send + Sync {
    /// Keeps a passkey. `false`, and nothing changed, if the ceremony was used, the credential is known, or the member has
    /// [`MOST_PASSKEYS`].
    async fn add_passkey(&self, passkey: NewPasskey, by: &Actor, at: Timestamp) -> Result<bool, StoreError>;

    /// The member's passkeys, the oldest first.
    async fn passkeys_of(&self, member: MemberId) -> Result<Vec<PasskeyRecord>, StoreError>;

    /// What is needed to verify each of the member's passkeys.
    async fn passkey_data_of(&self, member: MemberId) -> Result<Vec<String>, StoreError>;

    /// The passkey with this credential.
    async fn passkey(&self, credential: &[u8]) -> Result<Option<KeptPasskey>, StoreError>;

    /// Notes that a passkey was used, with what changed in it. `false`, and nothing changed, if the ceremony was used before or
    /// the passkey is gone.
    async fn use_passkey(
        &self,
        id: PasskeyId,
        data: String,
        ceremony: CeremonyKey,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Removes one of the member's passkeys, unless nothing else were left to sign in with.
    async fn remove_passkey(
        &self,
        member: MemberId,
        id: PasskeyId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<PasskeyRemoval, StoreError>;
}
