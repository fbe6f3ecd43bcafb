//! Sessions: who is signed in.

use async_trait::async_trait;
use latchkey_domain::{Actor, Member, MemberId, Timestamp, named};

use crate::shared::cut;
use crate::{KeyedHash, PasswordHash, StoreError};

/// The most sessions that a member can have.
pub const MOST_OF_ONE_MEMBER: u32 = 50;

/// The most characters of a browser's name for itself.
const USER_AGENT_LENGTH: usize = 300;

/// The key of a session: the SHA-256 of the cookie's value, so that the database alone gives no access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionKey(pub [u8; 32]);

/// The number by which a member's own pages name a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionId(pub i64);

named! {
    /// How a member proved who they are.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Proof: "a proof" {
        /// By the password alone, also one that was just chosen with a link.
        Password = "password",
        /// By the password and a code of the authenticator app, or one for recovery.
        PasswordAndCode = "password-and-code",
        /// By a passkey.
        Passkey = "passkey",
        /// With an account at a provider.
        Provider = "provider",
        /// With an account at a provider and a code of the authenticator app, or one for recovery.
        ProviderAndCode = "provider-and-code",
    }
}

/// A session to be opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its key in the database.
    pub key: SessionKey,
    /// Who signed in.
    pub member: MemberId,
    /// The hash that the sign-in was checked against. The session opens only if it is still the member's.
    pub password: PasswordHash,
    /// How the member signed in.
    pub proof: Proof,
    /// A hash of the same password that takes the place of `password`, if that was made in another form.
    pub rehashed: Option<PasswordHash>,
    /// The key of the network that the member signed in from; it is remembered for
    /// [`Sessions::has_signed_in_from`].
    pub network: Option<KeyedHash>,
    /// From where.
    pub address: Option<String>,
    /// With what browser, as it named itself; cut to 300 characters.
    pub user_agent: Option<String>,
    /// When it ends of itself.
    pub expires_at: Timestamp,
}

/// An open session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The number by which pages name it.
    pub id: SessionId,
    /// Whose it is.
    pub member: MemberId,
    /// How the member signed in; `None` if it was with an earlier version.
    pub proof: Option<Proof>,
    /// When the member signed in.
    pub created_at: Timestamp,
    /// When it was last seen, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends of itself.
    pub expires_at: Timestamp,
    /// From where it was opened.
    pub address: Option<String>,
    /// With what browser.
    pub user_agent: Option<String>,
}

impl NewSession {
    /// As much of the browser's name as is kept.
    pub fn kept_user_agent(&self) -> Option<&str> {
        self.user_agent
            .as_deref()
            .map(|name| cut(name, USER_AGENT_LENGTH))
    }

    /// The session, once it is open.
    pub fn opened(&self, id: SessionId, at: Timestamp) -> Session {
        Session {
            id,
            member: self.member,
            proof: Some(self.proof),
            created_at: at,
            last_seen_at: at,
            expires_at: self.expires_at,
            address: self.address.clone(),
            user_agent: self.kept_user_agent().map(str::to_owned),
        }
    }
}

/// Opening, finding and ending sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Opens a session, if the hash that was checked is still the member's: `None`, and nothing changed, if the password
    /// was changed, or the member removed or suspended meanwhile. Sessions of the same member beyond the newest 50 are ended.
    async fn open_session(&self, session: NewSession, at: Timestamp) -> Result<Option<Session>, StoreError>;

    /// Whether a member signed in from this network before. The newest networks of each member are remembered.
    async fn has_signed_in_from(&self, network: &KeyedHash) -> Result<bool, StoreError>;

    /// The open session with this key that has not expired at `at`, and whose it is.
    async fn session(&self, key: SessionKey, at: Timestamp) -> Result<Option<(Session, Member)>, StoreError>;

    /// Notes that the session was seen. Called when `last_seen_at` is over a minute old.
    async fn touch_session(&self, id: SessionId, at: Timestamp) -> Result<(), StoreError>;

    /// Ends the session with this key; nothing happens if there is none.
    async fn end_session(&self, key: SessionKey) -> Result<(), StoreError>;

    /// Ends one of `member`'s own sessions; whether there was such a session.
    async fn end_session_of(&self, member: MemberId, id: SessionId) -> Result<bool, StoreError>;

    /// Ends all sessions of `member` but `current`, in one transaction; how many there were. None end if `current` ended
    /// meanwhile, since no one is signed in then to ask for it.
    async fn end_other_sessions(&self, member: MemberId, current: SessionId) -> Result<u64, StoreError>;

    /// A host ends a session of `member`, or all of them; how many there were.
    async fn end_sessions(
        &self,
        member: MemberId,
        which: Option<SessionId>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<u64, StoreError>;

    /// The sessions of `member` that are open at `at`, the last seen first.
    async fn sessions_of(&self, member: MemberId, at: Timestamp) -> Result<Vec<Session>, StoreError>;
}
