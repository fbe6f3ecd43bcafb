//! Sessions of members who are signed in.
//!
//! The cookie holds 32 random bytes and the database only their SHA-256, so a copy of the database signs nobody in.

use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::random::{is_random_token, random_token};
use latchkey_domain::{Clock, Member, MemberId, Randomness};
use latchkey_storage::{KeyedHash, NewSession, PasswordHash, Proof, Session, SessionId, SessionKey, Store};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::AccountError;

/// How long a session lasts from sign-in.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The precision of `last_seen_at`: a write for every page would cost too much.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// The value of the cookie: 43 characters of URL-safe base64. It is never printed, and its memory is wiped.
#[derive(Clone)]
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    fn generate(randomness: &dyn Randomness) -> Self {
        Self(Zeroizing::new(random_token(randomness)))
    }

    /// Parses a cookie's value; `None` if it has the wrong form.
    pub fn parse(text: &str) -> Option<Self> {
        is_random_token(text).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The value, for the cookie only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn key(&self) -> SessionKey {
        SessionKey(Sha256::digest(self.0.as_bytes()).into())
    }
}

/// A successful sign-in, from which a session is opened.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The member who signed in.
    pub member: MemberId,
    /// The hash that the password was checked against.
    pub password: PasswordHash,
    /// How the member signed in.
    pub proof: Proof,
    /// Its replacement, if the password was hashed in another form than [`crate::Passwords`] uses now.
    pub rehashed: Option<PasswordHash>,
    /// The client's IP address.
    pub address: Option<String>,
    /// The key of the client's network.
    pub network: Option<KeyedHash>,
    /// The browser's user agent.
    pub user_agent: Option<String>,
}

/// A new session.
pub struct Opened {
    /// The token for the browser.
    pub token: SessionToken,
    /// The session in the store.
    pub session: Session,
}

/// Opens, finds and ends sessions.
#[derive(Clone)]
pub struct SessionKeeper {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
}

impl SessionKeeper {
    /// Keeps the sessions in `store`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Self {
        Self {
            store,
            clock,
            randomness,
        }
    }

    /// Opens a session under a new token. It never reuses a token that a browser sent, which prevents session fixation.
    /// `None` if the password changed or the member was removed since the check.
    pub async fn open(&self, visit: Visit) -> Result<Option<Opened>, AccountError> {
        let token = SessionToken::generate(self.randomness.as_ref());
        let now = self.clock.now();
        let new = NewSession {
            key: token.key(),
            member: visit.member,
            password: visit.password,
            proof: visit.proof,
            rehashed: visit.rehashed,
            network: visit.network,
            address: visit.address,
            user_agent: visit.user_agent.map(|agent| agent.chars().take(300).collect()),
            expires_at: now.plus(SESSION_LIFETIME),
        };
        let session = self.store.open_session(new, now).await?;
        Ok(session.map(|session| Opened { token, session }))
    }

    /// The session of a cookie and its member. Updates when it was last seen.
    pub async fn find(&self, token: &SessionToken) -> Result<Option<(Session, Member)>, AccountError> {
        let now = self.clock.now();
        let Some((mut session, member)) = self.store.session(token.key(), now).await? else {
            return Ok(None);
        };
        if now.since(session.last_seen_at) > SEEN_EVERY {
            self.store.touch_session(session.id, now).await?;
            session.last_seen_at = now;
        }
        Ok(Some((session, member)))
    }

    /// Ends the session of a cookie, if there is one.
    pub async fn end(&self, token: &SessionToken) -> Result<(), AccountError> {
        Ok(self.store.end_session(token.key()).await?)
    }

    /// The open sessions of `member`, last seen first.
    pub async fn list(&self, member: MemberId) -> Result<Vec<Session>, AccountError> {
        Ok(self.store.sessions_of(member, self.clock.now()).await?)
    }

    /// Ends one of `member`'s own sessions. Returns whether it existed.
    pub async fn end_one(&self, member: MemberId, id: SessionId) -> Result<bool, AccountError> {
        Ok(self.store.end_session_of(member, id).await?)
    }

    /// Ends all sessions of `member` except `current`. Returns how many.
    pub async fn end_others(&self, member: MemberId, current: SessionId) -> Result<u64, AccountError> {
        Ok(self.store.end_other_sessions(member, current).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn a_session_is_found_by_its_cookie_until_it_ends() {
        let world = World::new().await;
        let ada = world.member("ada@example.com").await;
        let opened = world.open(&ada).await;
        let cookie = SessionToken::parse(opened.token.expose()).unwrap();
        let (session, member) = world.sessions.find(&cookie).await.unwrap().unwrap();
        assert_eq!((session, member), (opened.session, ada));
        world.sessions.end(&cookie).await.unwrap();
        assert!(world.sessions.find(&cookie).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_session_ends_of_itself_after_30_days() {
        let world = World::new().await;
        let ada = world.member("ada@example.com").await;
        let opened = world.open(&ada).await;
        world
            .clock
            .advance(SESSION_LIFETIME.checked_sub(Duration::from_secs(1)).unwrap());
        assert!(world.sessions.find(&opened.token).await.unwrap().is_some());
        world.clock.advance(Duration::from_secs(2));
        assert!(world.sessions.find(&opened.token).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn being_seen_is_noted_once_a_minute() {
        let world = World::new().await;
        let ada = world.member("ada@example.com").await;
        let opened = world.open(&ada).await;
        let start = world.clock.now();
        for (seconds, seen_after) in [(50, 0), (11, 61), (30, 61), (40, 131)] {
            world.clock.advance(Duration::from_secs(seconds));
            world.sessions.find(&opened.token).await.unwrap();
            let stored = world.sessions.list(ada.id).await.unwrap();
            assert_eq!(
                stored[0].last_seen_at,
                start.plus(Duration::from_secs(seen_after))
            );
        }
    }

    #[tokio::test]
    async fn a_member_ends_own_sessions_and_no_one_elses() {
        let world = World::new().await;
        let ada = world.member("ada@example.com").await;
        let bob = world.member("bob@example.com").await;
        let here = world.open(&ada).await;
        for _ in 0..3 {
            world.open(&ada).await;
        }
        assert!(!world.sessions.end_one(bob.id, here.session.id).await.unwrap());
        assert_eq!(
            world.sessions.end_others(ada.id, here.session.id).await.unwrap(),
            3
        );
        let left = world.sessions.list(ada.id).await.unwrap();
        assert_eq!(
            left.iter().map(|session| session.id).collect::<Vec<_>>(),
            [here.session.id]
        );
    }

    #[test]
    fn what_is_no_token_is_not_looked_up() {
        let real = "A".repeat(43);
        assert!(SessionToken::parse(&real).is_some());
        for text in [
            "",
            "A",
            &"A".repeat(44),
            &"=".repeat(43),
            &format!("{}!", "A".repeat(42)),
            &"é".repeat(22),
        ] {
            assert!(SessionToken::parse(text).is_none(), "{text}");
        }
    }
}
