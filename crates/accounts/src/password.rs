//! Hashing and comparing passwords: Argon2id (RFC 9106) with the parameters that OWASP's cheat sheet recommends.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use latchkey_domain::Randomness;
use latchkey_domain::member::{NewPassword, normalized_password};
use latchkey_storage::{PasswordHash, TRACES};
use tokio::sync::Semaphore;
use tracing::Instrument;
use zeroize::Zeroizing;

use crate::AccountError;

/// The cost of a hash.
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

    /// Minimal cost, for tests of other things.
    pub const TRIFLING: Self = Self {
        memory_kib: 8,
        passes: 1,
    };

    fn params(self) -> Params {
        Params::new(self.memory_kib, self.passes, 1, None).expect("both costs are within Argon2's limits")
    }
}

/// The result of comparing a password with a hash.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Whether the password matches the hash.
    pub matches: bool,
    /// A new hash of the normalized password, if only the password as typed matched: the old hash is from before
    /// passwords were normalized.
    pub rehashed: Option<PasswordHash>,
}

/// The most hashes that run at once. With [`Cost::OWASP`] each takes 19 MiB.
const AT_ONCE: usize = 2;

/// The most hashes that wait. Further requests are asked to come back.
const IN_LINE: usize = 64;

/// Hashes and compares passwords, a few at a time, on threads that do not answer requests.
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

    /// Hashes `password` with a new salt.
    pub async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, AccountError> {
        let salt = self.salt()?;
        let password = Zeroizing::new(password.expose().to_owned());
        let hashing = self.in_turn(move |argon2| hash(argon2, &password, &salt));
        hashing
            .instrument(tracing::debug_span!(target: TRACES, "password.hash"))
            .await?
    }

    /// Whether `password`, normalized or as typed, matches the hash. Without a hash (no such account) it takes equally
    /// long and never matches.
    pub async fn verify(
        &self,
        password: Zeroizing<String>,
        stored: Option<PasswordHash>,
    ) -> Result<Verified, AccountError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let salt = self.salt()?;
        let verified = self
            .in_turn(move |argon2| {
                let stored = argon2::PasswordHash::new(&stored.0).map_err(|error| {
                    AccountError::Hashing(format!("the stored hash cannot be read: {error}"))
                })?;
                let matches = |text: &str| argon2.verify_password(text.as_bytes(), &stored).is_ok();
                let normalized = Zeroizing::new(normalized_password(&password).into_owned());
                // The cost of a wrong password depends on what was typed, never on whether the account exists.
                if matches(&normalized) {
                    return Ok(Verified {
                        matches: true,
                        rehashed: None,
                    });
                }
                let as_typed = *normalized != *password && matches(&password);
                Ok::<_, AccountError>(Verified {
                    matches: as_typed,
                    rehashed: as_typed.then(|| hash(argon2, &normalized, &salt)).transpose()?,
                })
            })
            .instrument(tracing::debug_span!(target: TRACES, "password.verify"))
            .await??;
        Ok(Verified {
            matches: known && verified.matches,
            rehashed: verified.rehashed.filter(|_| known),
        })
    }

    fn salt(&self) -> Result<SaltString, AccountError> {
        let mut salt = [0; 16];
        self.randomness.fill(&mut salt);
        SaltString::encode_b64(&salt).map_err(|error| AccountError::Hashing(error.to_string()))
    }

    /// A hash that no password matches: nobody can sign in to the account until a password is set.
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
        // The permit moves into the work, which continues even if the caller has gone away.
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

fn hash(argon2: &Argon2<'_>, password: &str, salt: &SaltString) -> Result<PasswordHash, AccountError> {
    argon2
        .hash_password(password.as_bytes(), salt)
        .map(|hash| PasswordHash(hash.to_string()))
        .map_err(|error| AccountError::Hashing(error.to_string()))
}

/// A well-formed hash with a random digest. Comparing with it costs as much as with any other.
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
    /// Blocks all hashing while the returned value lives.
    pub(crate) async fn hold(&self) -> tokio::sync::OwnedSemaphorePermit {
        let all = u32::try_from(AT_ONCE).unwrap();
        Arc::clone(&self.turn).acquire_many_owned(all).await.unwrap()
    }

    /// How many hashes run or wait.
    pub(crate) fn in_line(&self) -> usize {
        AT_ONCE + IN_LINE - self.line.available_permits()
    }

    /// A hash as it was before passwords were normalized.
    pub(crate) fn hash_as_typed(&self, text: &str) -> PasswordHash {
        hash(&self.argon2, text, &self.salt().unwrap()).unwrap()
    }

    /// The hash that a password is compared with if there is no account.
    pub(crate) fn nobody(&self) -> &PasswordHash {
        &self.nobody
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use latchkey_testing::hand::SeededRandomness;

    use super::*;
    use crate::testing::new_password;

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
                .matches
        );
        assert!(
            !passwords
                .verify(typed("correct hors"), Some(hash.clone()))
                .await
                .unwrap()
                .matches
        );
        assert!(!passwords.verify(typed(""), Some(hash)).await.unwrap().matches);
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
                .matches
        );
        assert!(
            !passwords
                .verify(typed("correct horse"), None)
                .await
                .unwrap()
                .matches
        );
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
                .matches
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
                    // Long enough for others to start, if they could.
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

    const COMPOSED: &str = "caf\u{e9} cr\u{e8}me";
    const DECOMPOSED: &str = "cafe\u{301} cre\u{300}me";

    #[tokio::test]
    async fn every_way_to_type_a_password_matches() {
        let passwords = passwords(Cost::TRIFLING);
        for set in [COMPOSED, DECOMPOSED, "caf\u{e9}\u{a0}cr\u{e8}me"] {
            let stored = passwords.hash(&new_password(set)).await.unwrap();
            for text in [COMPOSED, DECOMPOSED, "cafe\u{301}\u{3000}cr\u{e8}me"] {
                let verified = passwords.verify(typed(text), Some(stored.clone())).await.unwrap();
                assert!(
                    verified.matches && verified.rehashed.is_none(),
                    "{set:?} {text:?}"
                );
            }
            let other = passwords.verify(typed("cafe creme"), Some(stored)).await.unwrap();
            assert!(!other.matches);
        }
    }

    #[tokio::test]
    async fn a_hash_from_before_is_matched_as_typed_and_made_anew() {
        let passwords = passwords(Cost::TRIFLING);
        let old = passwords.hash_as_typed(DECOMPOSED);
        let verified = passwords
            .verify(typed(DECOMPOSED), Some(old.clone()))
            .await
            .unwrap();
        assert!(verified.matches);
        let rehashed = verified.rehashed.unwrap();
        for text in [COMPOSED, DECOMPOSED] {
            let verified = passwords
                .verify(typed(text), Some(rehashed.clone()))
                .await
                .unwrap();
            assert!(verified.matches && verified.rehashed.is_none(), "{text:?}");
        }
        // Its own form, which the other keyboard does not type, is not known until then.
        assert!(
            !passwords
                .verify(typed(COMPOSED), Some(old))
                .await
                .unwrap()
                .matches
        );
        let nobody = passwords.verify(typed(DECOMPOSED), None).await.unwrap();
        assert!(!nobody.matches && nobody.rehashed.is_none());
    }

    #[tokio::test]
    async fn a_short_password_from_before_is_made_anew_though_it_could_not_be_set_today() {
        let passwords = passwords(Cost::TRIFLING);
        let old = passwords.hash_as_typed(&"e\u{301}".repeat(4));
        let verified = passwords
            .verify(typed(&"e\u{301}".repeat(4)), Some(old))
            .await
            .unwrap();
        assert!(verified.matches && verified.rehashed.is_some());
    }
}
