//! Who is signed in.
//!
//! The cookie holds 32 random bytes, the database only their SHA-256: a copy of the database signs nobody in.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::random::random_token;
use latchkey_domain::{Clock, Member, MemberId, Randomness};
use latchkey_storage::{AttemptKey, NewSession, PasswordHash, Session, SessionId, SessionKey, Store};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::AccountError;

/// How long a session lasts from sign-in.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How exactly `last_seen_at` is kept: a write for every page would be dear.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// The value of the cookie: 43 characters of URL-safe base64. It does not print, and its memory is wiped.
#[derive(Clone)]
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    fn generate(randomness: &dyn Randomness) -> Self {
        Self(Zeroizing::new(random_token(randomness)))
    }

    /// Reads a cookie's value; `None` if it cannot be a session's.
    pub fn parse(text: &str) -> Option<Self> {
        let canonical = text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
        canonical.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The value, for the cookie and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn key(&self) -> SessionKey {
        SessionKey(Sha256::digest(self.0.as_bytes()).into())
    }
}

/// Who opens a session, from where.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who signed in.
    pub member: MemberId,
    /// The hash that the password was checked against.
    pub password: PasswordHash,
    /// A hash that takes its place, if the password was hashed in another form than [`crate::Passwords`] makes now.
    pub rehashed: Option<PasswordHash>,
    /// From where.
    pub address: Option<String>,
    /// What stands for the network that the member came from.
    pub network: Option<AttemptKey>,
    /// With what browser.
    pub user_agent: Option<String>,
}

/// A session that was just opened.
pub struct Opened {
    /// What the browser is to keep.
    pub token: SessionToken,
    /// What the store keeps.
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
    /// A keeper of the sessions in `store`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Self {
        Self {
            store,
            clock,
            randomness,
        }
    }

    /// Opens a session under a new token. There is no way to open one under a token that a browser brought along, so
    /// nobody can be made to use a session that somebody else knows. `None` if the password was changed, or the member
    /// removed, since it was checked.
    pub async fn open(&self, visit: Visit) -> Result<Option<Opened>, AccountError> {
        let token = SessionToken::generate(self.randomness.as_ref());
        let now = self.clock.now();
        let new = NewSession {
            key: token.key(),
            member: visit.member,
            password: visit.password,
            rehashed: visit.rehashed,
            network: visit.network,
            address: visit.address,
            user_agent: visit.user_agent.map(|agent| agent.chars().take(300).collect()),
            expires_at: now.plus(SESSION_LIFETIME),
        };
        let session = self.store.open_session(new, now).await?;
        Ok(session.map(|session| Opened { token, session }))
    }

    /// The session behind a cookie, and whose it is. Notes that it was seen.
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

    /// Ends the session behind a cookie, if there is one.
    pub async fn end(&self, token: &SessionToken) -> Result<(), AccountError> {
        Ok(self.store.end_session(token.key()).await?)
    }

    /// The open sessions of `member`, the last seen first.
    pub async fn list(&self, member: MemberId) -> Result<Vec<Session>, AccountError> {
        Ok(self.store.sessions_of(member, self.clock.now()).await?)
    }

    /// Ends one of `member`'s own sessions; whether there was such a session.
    pub async fn end_one(&self, member: MemberId, id: SessionId) -> Result<bool, AccountError> {
        Ok(self.store.end_session_of(member, id).await?)
    }

    /// Ends all sessions of `member` but `current`; how many there were.
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
