//! Signing in with email and password.

use std::net::IpAddr;
use std::sync::Arc;

use latchkey_domain::{Actor, Clock, Email, Member};
use latchkey_store::{AuditAction, AuditEntry, PasswordHash, Store, StoreError};
use zeroize::Zeroizing;

use crate::throttle::Throttling;
use crate::{AccountError, Opened, Passwords, SessionKeeper};

/// What a person typed, and from where.
pub struct Attempt {
    /// The email, as typed.
    pub email: String,
    /// The password.
    pub password: Zeroizing<String>,
    /// From where.
    pub address: Option<IpAddr>,
    /// With what browser.
    pub user_agent: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
}

/// Who was let in.
pub struct SignedIn {
    /// Whose session it is.
    pub member: Member,
    /// The session, which is new.
    pub opened: Opened,
}

/// Lets members in.
#[derive(Clone)]
pub struct SignIn {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    sessions: SessionKeeper,
    throttle: Arc<Throttling>,
}

impl SignIn {
    /// Sign-in over what is kept.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        passwords: Passwords,
        sessions: SessionKeeper,
    ) -> Self {
        Self {
            throttle: Arc::new(Throttling::over(store.clone())),
            store,
            clock,
            passwords,
            sessions,
        }
    }

    /// Opens a session if email and password belong together. Whether the email is known shows neither in the answer
    /// nor in the time that it takes.
    pub async fn attempt(&self, attempt: Attempt) -> Result<SignedIn, AccountError> {
        let Attempt {
            email,
            password,
            address,
            user_agent,
            request_id,
        } = attempt;
        let now = self.clock.now();
        self.throttle.admit(&email, address, now).await?;
        let origin = Actor {
            member: None,
            address: address.map(|address| address.to_string()),
            request_id,
        };
        match self.check(&email, password).await {
            Ok((Some(member), true)) => {
                self.throttle.succeeded(&email, address, now).await?;
                let opened = self
                    .sessions
                    .open(member.id, origin.address.clone(), user_agent)
                    .await?;
                if member.role.is_host() {
                    let by = Actor {
                        member: Some(member.id),
                        ..origin
                    };
                    self.note(by, AuditAction::SignedIn, &member).await?;
                }
                Ok(SignedIn { member, opened })
            }
            Ok((found, _)) => {
                if let Some(host) = found.filter(|member| member.role.is_host()) {
                    // Behind the answer's back: who waits for it must not learn from the time that this is a host.
                    let this = self.clone();
                    tokio::spawn(async move { this.note(origin, AuditAction::SignInFailed, &host).await });
                }
                Err(AccountError::WrongCredentials)
            }
            Err(error) => {
                self.throttle.undecided(&email, address, now).await;
                Err(error)
            }
        }
    }

    /// Whose email it is, and whether the password is theirs.
    async fn check(
        &self,
        email: &str,
        password: Zeroizing<String>,
    ) -> Result<(Option<Member>, bool), AccountError> {
        let found: Option<(Member, PasswordHash)> = match email.parse::<Email>() {
            Ok(email) => self.store.credentials(&email).await?,
            Err(_) => None,
        };
        let (member, hash) = found.unzip();
        let matches = self.passwords.verify(password, hash).await?;
        Ok((member, matches))
    }

    async fn note(&self, by: Actor, action: AuditAction, host: &Member) -> Result<(), StoreError> {
        let entry = AuditEntry {
            at: self.clock.now(),
            actor: by,
            action,
            target: host.email.to_string(),
            detail: String::new(),
        };
        self.store.note(entry).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::{PASSWORD, World};

    fn attempt(email: &str, password: &str) -> Attempt {
        attempt_from(1, email, password)
    }

    fn attempt_from(last: u8, email: &str, password: &str) -> Attempt {
        Attempt {
            email: email.into(),
            password: Zeroizing::new(password.into()),
            address: Some(IpAddr::from([192, 0, 2, last])),
            user_agent: Some("Firefox".into()),
            request_id: Some("r1".into()),
        }
    }

    #[tokio::test]
    async fn the_right_password_opens_a_session() {
        let world = World::new().await;
        let ada = world.member("ada@example.com").await;
        let signed_in = world
            .sign_in
            .attempt(attempt(" Ada@Example.com", PASSWORD))
            .await
            .unwrap();
        assert_eq!(signed_in.member, ada);
        let (session, member) = world
            .sessions
            .find(&signed_in.opened.token)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(member, ada);
        assert_eq!(session.address.as_deref(), Some("192.0.2.1"));
        assert_eq!(session.user_agent.as_deref(), Some("Firefox"));
    }

    #[tokio::test]
    async fn every_sign_in_has_a_session_of_its_own() {
        let world = World::new().await;
        world.member("ada@example.com").await;
        let one = world
            .sign_in
            .attempt(attempt("ada@example.com", PASSWORD))
            .await
            .unwrap();
        let two = world
            .sign_in
            .attempt(attempt("ada@example.com", PASSWORD))
            .await
            .unwrap();
        assert_ne!(one.opened.token.expose(), two.opened.token.expose());
    }

    #[tokio::test]
    async fn unknown_wrong_and_malformed_are_answered_alike() {
        let world = World::new().await;
        world.member("ada@example.com").await;
        for (email, password) in [
            ("ada@example.com", "wrong"),
            ("ada@example.com", ""),
            ("bob@example.com", PASSWORD),
            ("no email", PASSWORD),
            ("", ""),
        ] {
            let Err(error) = world.sign_in.attempt(attempt(email, password)).await else {
                panic!("{email}")
            };
            assert_eq!(error.to_string(), "the email or the password is wrong");
        }
    }

    /// Counted, not timed: every attempt takes one place in the line for hashing, whoever it is for, and what it is
    /// compared with costs the same.
    #[tokio::test]
    async fn an_unknown_email_is_as_much_work_as_a_known_one() {
        let world = World::new().await;
        world.member("ada@example.com").await;
        let held = world.passwords.hold().await;
        let mut attempts = tokio::task::JoinSet::new();
        let typed = ["ada@example.com", "bob@example.com", "no email", ""];
        for (before, email) in typed.into_iter().enumerate() {
            let sign_in = world.sign_in.clone();
            attempts.spawn(async move { sign_in.attempt(attempt(email, "wrong")).await.err() });
            while world.passwords.in_line() <= before {
                assert!(attempts.try_join_next().is_none(), "{email} took no work");
                tokio::task::yield_now().await;
            }
            assert_eq!(world.passwords.in_line(), before + 1, "{email}");
        }
        drop(held);
        for error in attempts.join_all().await {
            assert!(matches!(error, Some(AccountError::WrongCredentials)));
        }
        let known = world.store.credentials(&"ada@example.com".parse().unwrap()).await;
        let (_, known) = known.unwrap().unwrap();
        let cost = |hash: &PasswordHash| hash.0.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cost(world.passwords.nobody()), cost(&known));
    }

    #[tokio::test]
    async fn guessing_waits_and_the_member_elsewhere_does_not() {
        let world = World::new().await;
        world.member("ada@example.com").await;
        for _ in 0..5 {
            let error = world
                .sign_in
                .attempt(attempt("ada@example.com", "guess"))
                .await
                .err()
                .unwrap();
            assert!(matches!(error, AccountError::WrongCredentials));
        }
        let error = world
            .sign_in
            .attempt(attempt("ada@example.com", PASSWORD))
            .await
            .err()
            .unwrap();
        assert_eq!(
            error.to_string(),
            "too many attempts to sign in: try again in 2 seconds"
        );
        assert!(
            world
                .sign_in
                .attempt(attempt_from(2, "ada@example.com", PASSWORD))
                .await
                .is_ok()
        );
        world.clock.advance(Duration::from_secs(2));
        assert!(
            world
                .sign_in
                .attempt(attempt("ada@example.com", PASSWORD))
                .await
                .is_ok()
        );
    }

    /// However long somebody guesses, from wherever: the member is in within a minute from the same address, and at
    /// once from another.
    #[tokio::test]
    async fn no_attack_locks_a_member_out_for_good() {
        let world = World::new().await;
        world.member("ada@example.com").await;
        for round in 0..500_u64 {
            world.clock.advance(Duration::from_secs(1));
            let from = u8::try_from(round % 100).unwrap();
            let _ = world
                .sign_in
                .attempt(attempt_from(from, "ada@example.com", "guess"))
                .await;
        }
        assert!(
            world
                .sign_in
                .attempt(attempt_from(200, "ada@example.com", PASSWORD))
                .await
                .is_ok()
        );
        world.clock.advance(Duration::from_secs(60));
        assert!(
            world
                .sign_in
                .attempt(attempt_from(7, "ada@example.com", PASSWORD))
                .await
                .is_ok()
        );
    }

    #[tokio::test]
    async fn an_unknown_account_is_held_up_like_a_known_one() {
        let world = World::new().await;
        for _ in 0..5 {
            world
                .sign_in
                .attempt(attempt("nobody@example.com", "guess"))
                .await
                .err()
                .unwrap();
        }
        let error = world
            .sign_in
            .attempt(attempt("nobody@example.com", "guess"))
            .await
            .err()
            .unwrap();
        assert!(matches!(error, AccountError::TryLater { .. }));
    }

    #[tokio::test]
    async fn many_guesses_at_once_are_no_way_around() {
        let world = World::new().await;
        world.member("ada@example.com").await;
        let mut guesses = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let sign_in = world.sign_in.clone();
            guesses.spawn(async move {
                sign_in
                    .attempt(attempt("ada@example.com", "guess"))
                    .await
                    .err()
                    .unwrap()
            });
        }
        let errors = guesses.join_all().await;
        let tried = errors
            .iter()
            .filter(|error| matches!(error, AccountError::WrongCredentials))
            .count();
        assert_eq!(tried, 5);
    }
}
