//! Second factors: an authenticator app (RFC 6238) and recovery codes.

use async_trait::async_trait;
use latchkey_domain::{Actor, MemberId, Timestamp};
use zeroize::Zeroizing;

use crate::StoreError;

/// The key of a recovery code: its SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryKey(pub [u8; 32]);

/// The authenticator app of a member.
#[derive(Clone)]
pub struct Authenticator {
    /// What the app and the server share, in base32.
    pub secret: Zeroizing<String>,
    /// Whether it is in use: a first code was given.
    pub is_confirmed: bool,
}

/// Setting up, using and removing second factors.
#[async_trait]
pub trait SecondFactors: Send + Sync {
    /// Keeps a secret that is not in use yet, in place of another such. `false`, and nothing changed, if one is in use.
    async fn begin_authenticator(
        &self,
        member: MemberId,
        secret: Zeroizing<String>,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The member's authenticator app.
    async fn authenticator(&self, member: MemberId) -> Result<Option<Authenticator>, StoreError>;

    /// Takes it into use after a code of `step`, with recovery codes. `false`, and nothing changed, if there is none that waits
    /// for it.
    async fn confirm_authenticator(
        &self,
        member: MemberId,
        step: u64,
        codes: Vec<RecoveryKey>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Uses the code of `step` up. `false` if it, or one of a later step, was used before.
    async fn use_step(&self, member: MemberId, step: u64) -> Result<bool, StoreError>;

    /// Uses a recovery code up. `false` if the member has no such code that is left.
    async fn use_recovery_code(
        &self,
        member: MemberId,
        key: RecoveryKey,
        by: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// How many recovery codes are left.
    async fn recovery_codes_left(&self, member: MemberId) -> Result<u64, StoreError>;

    /// Puts other recovery codes in place of all there are. `false` if the member has no authenticator app in use.
    async fn replace_recovery_codes(
        &self,
        member: MemberId,
        codes: Vec<RecoveryKey>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Removes the authenticator app and the recovery codes. `by` is the member, or a host who resets all that is on a device:
    /// that removes the passkeys and ends the sessions, too. `false` if there was none.
    async fn remove_authenticator(
        &self,
        member: MemberId,
        by: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError>;
}
