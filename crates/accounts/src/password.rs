//! Hashing and comparing passwords: Argon2id (RFC 9106) with the parameters that OWASP's cheat sheet recommends.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use latchkey_domain::Randomness;
use latchkey_domain::member::NewPassword;
use latchkey_store::{PasswordHash, TRACES};
use tokio::sync::Semaphore;
use tracing::Instrument;
use zeroize::Zeroizing;

use crate::AccountError;

/// How much work a hash is.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
}

impl Cost {
    /// 19 MiB and two passes.
    pub const OWASP: Self = Self {
        memory_kib: 19_456,
        passes: 2,
    };

    /// Next to no work, for tests: they are about something else.
    pub const TRIFLING: Self = Self {
        memory_kib: 8,
        passes: 1,
    };

    fn params(self) -> Params {
        Params::new(self.memory_kib, self.passes, 1, None).expect("both costs are within Argon2's limits")
    }
}

/// Hashes at once, at most. With [`Cost::OWASP`] they take 19 MiB each.
const AT_ONCE: usize = 2;

/// Hashes that wait for their turn, at most: whoever comes then is asked to come back.
const IN_LINE: usize = 64;

/// Hashes and compares passwords, a few at a time, away from the threads that answer requests.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    randomness: Arc<dyn Randomness>,
    line: Arc<Semaphore>,
    turn: Arc<Semaphore>,
    nobody: PasswordHash,
}

impl Passwords {
    /// Passwords hashed at this cost.
    pub fn new(cost: Cost, randomness: Arc<dyn Randomness>) -> Self {
        Self {
            nobody: matches_nothing(cost, randomness.as_ref()),
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params()),
            randomness,
            line: Arc::new(Semaphore::new(AT_ONCE + IN_LINE)),
            turn: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// The hash of `password`, with a salt of its own.
    pub async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, AccountError> {
        let mut salt = [0; 16];
        self.randomness.fill(&mut salt);
        let salt = SaltString::encode_b64(&salt).map_err(|error| AccountError::Hashing(error.to_string()))?;
        let password = Zeroizing::new(password.expose().to_owned());
        let hashing = self.in_turn(move |argon2| {
            let hash = argon2.hash_password(password.as_bytes(), &salt);
            hash.map(|hash| PasswordHash(hash.to_string()))
                .map_err(|error| AccountError::Hashing(error.to_string()))
        });
        hashing
            .instrument(tracing::debug_span!(target: TRACES, "password.hash"))
            .await?
    }

    /// Whether `password` is the one that was hashed. Without a hash (there is no such account) it takes just as long
    /// and is never right.
    pub async fn verify(
        &self,
        password: Zeroizing<String>,
        hash: Option<PasswordHash>,
    ) -> Result<bool, AccountError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let matches = self
            .in_turn(move |argon2| {
                let hash = argon2::PasswordHash::new(&hash.0).map_err(|error| {
                    AccountError::Hashing(format!("the stored hash cannot be read: {error}"))
                })?;
                Ok::<_, AccountError>(argon2.verify_password(password.as_bytes(), &hash).is_ok())
            })
            .instrument(tracing::debug_span!(target: TRACES, "password.verify"))
            .await??;
        Ok(known && matches)
    }

    /// A hash that no password matches: an account that nobody can sign in to until a password is set.
    pub fn matches_nothing(&self) -> PasswordHash {
        let params = self.argon2.params();
        matches_nothing(
            Cost {
                memory_kib: params.m_cost(),
                passes: params.t_cost(),
            },
            self.randomness.as_ref(),
        )
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, AccountError> {
        let _place = self.line.try_acquire().map_err(|_| AccountError::Busy)?;
        // The permit moves into the work, which goes on even if whoever asked has gone away.
        let turn = Arc::clone(&self.turn)
            .acquire_owned()
            .await
            .map_err(|_| AccountError::Busy)?;
        let argon2 = self.argon2.clone();
        tokio::task::spawn_blocking(move || {
            let done = work(&argon2);
            drop(turn);
            done
        })
        .await
        .map_err(|error| AccountError::Hashing(error.to_string()))
    }
}

/// A well-formed hash whose digest is random: comparing with it is as much work as with any other.
fn matches_nothing(cost: Cost, randomness: &dyn Randomness) -> PasswordHash {
    let (mut salt, mut digest) = ([0; 16], [0; 32]);
    randomness.fill(&mut salt);
    randomness.fill(&mut digest);
    PasswordHash(format!(
        "$argon2id$v=19$m={},t={},p=1${}${}",
        cost.memory_kib,
        cost.passes,
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(digest),
    ))
}

/// What tests look at.
#[cfg(test)]
impl Passwords {
    /// Lets no hash begin while the value lives.
    pub(crate) async fn hold(&self) -> tokio::sync::OwnedSemaphorePermit {
        let all = u32::try_from(AT_ONCE).unwrap();
        Arc::clone(&self.turn).acquire_many_owned(all).await.unwrap()
    }

    /// How many hashes are being made or wait for their turn.
    pub(crate) fn in_line(&self) -> usize {
        AT_ONCE + IN_LINE - self.line.available_permits()
    }

    /// What a password is compared with where there is no account.
    pub(crate) fn nobody(&self) -> &PasswordHash {
        &self.nobody
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::testing::{SeededRandomness, new_password};

    fn passwords(cost: Cost) -> Passwords {
        Passwords::new(cost, Arc::new(SeededRandomness::default()))
    }

    fn typed(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_hash_matches_its_password_and_no_other() {
        let passwords = passwords(Cost::TRIFLING);
        let hash = passwords.hash(&new_password("correct horse")).await.unwrap();
        assert!(
            passwords
                .verify(typed("correct horse"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(typed("correct hors"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!passwords.verify(typed(""), Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn the_same_password_hashes_differently_each_time() {
        let passwords = passwords(Cost::TRIFLING);
        let one = passwords.hash(&new_password("correct horse")).await.unwrap();
        let two = passwords.hash(&new_password("correct horse")).await.unwrap();
        assert_ne!(one.0, two.0);
    }

    #[tokio::test]
    async fn owasp_parameters_stand_in_the_hash() {
        let hash = passwords(Cost::OWASP)
            .hash(&new_password("correct horse"))
            .await
            .unwrap();
        assert!(
            hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            hash.0
        );
    }

    #[tokio::test]
    async fn nobody_is_as_well_formed_as_anybody_and_matches_nothing() {
        let passwords = passwords(Cost::TRIFLING);
        let somebody = passwords.hash(&new_password("correct horse")).await.unwrap();
        let nobody = passwords.matches_nothing();
        assert_eq!(nobody.0.len(), somebody.0.len());
        assert!(
            !passwords
                .verify(typed("correct horse"), Some(nobody))
                .await
                .unwrap()
        );
        assert!(!passwords.verify(typed("correct horse"), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_hash_made_at_another_cost_still_matches() {
        let hash = passwords(Cost::TRIFLING)
            .hash(&new_password("correct horse"))
            .await
            .unwrap();
        assert!(
            passwords(Cost::OWASP)
                .verify(typed("correct horse"), Some(hash))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn a_long_line_is_sent_away_instead_of_growing() {
        let passwords = passwords(Cost::TRIFLING);
        let _everyone = passwords
            .line
            .try_acquire_many(u32::try_from(AT_ONCE + IN_LINE).unwrap())
            .unwrap();
        let error = passwords.verify(typed("correct horse"), None).await.unwrap_err();
        assert!(matches!(error, AccountError::Busy));
    }

    #[tokio::test]
    async fn never_more_than_two_hashes_take_memory_at_once() {
        let passwords = passwords(Cost::TRIFLING);
        let (running, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let (passwords, running, peak) = (passwords.clone(), running.clone(), peak.clone());
            tasks.spawn(async move {
                let work = move |_: &Argon2<'static>| {
                    peak.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    // Long enough for others to begin, if they could.
                    for _ in 0..500 {
                        std::thread::yield_now();
                    }
                    running.fetch_sub(1, Ordering::SeqCst);
                };
                passwords.in_turn(work).await.unwrap();
            });
        }
        tasks.join_all().await;
        assert_eq!(peak.load(Ordering::SeqCst), AT_ONCE);
        let kib = usize::try_from(Cost::OWASP.memory_kib).unwrap() * AT_ONCE;
        assert!(kib <= 40 * 1_024, "{kib} KiB");
    }
}
