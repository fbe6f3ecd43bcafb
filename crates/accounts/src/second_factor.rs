//! The second factor: codes of an authenticator app (RFC 6238), and recovery codes for when the phone is gone.
//!
//! A code of the app works once, also within its 30 seconds. A recovery code is 50 random bits, of which the SHA-256 is kept;
//! attempts are counted like passwords, so that neither can be guessed.

use std::net::IpAddr;
use std::sync::Arc;

use latchkey_domain::{Actor, Clock, Email, Member, NetworkName, Randomness};
use latchkey_storage::{RecoveryKey, Store};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::{AccountError, SignIn};

/// How many recovery codes a member gets.
pub const RECOVERY_CODES: usize = 10;

/// The bytes of a secret: as many as SHA-1 gives (RFC 4226 section 4).
const SECRET_BYTES: usize = 20;

/// Letters and digits that nobody takes for another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";

/// Characters of a recovery code: 50 bits.
const CODE_LENGTH: usize = 10;

/// A secret that an app has to learn.
pub struct Enrolment {
    /// To type, in base32.
    pub secret: Zeroizing<String>,
    /// To scan: `otpauth://totp/…`.
    pub address: Zeroizing<String>,
}

/// Sets up, checks and removes second factors.
#[derive(Clone)]
pub struct SecondFactor {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    sign_in: SignIn,
}

impl SecondFactor {
    /// Those of the members of `store`. Attempts are counted by `sign_in`.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        sign_in: SignIn,
    ) -> Self {
        Self {
            store,
            clock,
            randomness,
            sign_in,
        }
    }

    /// A new secret for the member's app. It is not in use before [`confirm`](Self::confirm). `None` if the member has an app
    /// in use.
    pub async fn begin(
        &self,
        member: &Member,
        network: &NetworkName,
    ) -> Result<Option<Enrolment>, AccountError> {
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        self.randomness.fill(bytes.as_mut_slice());
        let secret = Zeroizing::new(Secret::new(bytes.to_vec().into_boxed_slice()).to_base32());
        let now = self.clock.now();
        let is_kept = self
            .store
            .begin_authenticator(member.id, secret.clone(), now)
            .await?;
        Ok(is_kept.then(|| enrolment(secret, &member.email, network)))
    }

    /// The secret that waits for its first code.
    pub async fn waiting(
        &self,
        member: &Member,
        network: &NetworkName,
    ) -> Result<Option<Enrolment>, AccountError> {
        let found = self.store.authenticator(member.id).await?;
        let waiting = found.filter(|found| !found.is_confirmed);
        Ok(waiting.map(|found| enrolment(found.secret, &member.email, network)))
    }

    /// Takes the app into use with its first code; the recovery codes, which are shown this once. `None` if no secret waits.
    pub async fn confirm(
        &self,
        member: &Member,
        code: &str,
        address: Option<IpAddr>,
        by: &Actor,
    ) -> Result<Option<Vec<String>>, AccountError> {
        let Some(found) = self
            .store
            .authenticator(member.id)
            .await?
            .filter(|found| !found.is_confirmed)
        else {
            return Ok(None);
        };
        let step = self
            .sign_in
            .counted(&member.email, address, async || {
                self.step(&found.secret, code).ok_or(AccountError::WrongCode)
            })
            .await?;
        let (codes, keys) = self.codes();
        let now = self.clock.now();
        let is_done = self
            .store
            .confirm_authenticator(member.id, step, keys, by, now)
            .await?;
        Ok(is_done.then_some(codes))
    }

    /// Checks a code of the app, or a recovery code, and uses it up.
    pub async fn check(
        &self,
        member: &Member,
        code: &str,
        address: Option<IpAddr>,
        by: &Actor,
    ) -> Result<(), AccountError> {
        self.sign_in
            .counted(&member.email, address, async || {
                if self.use_up(member, code, by).await? {
                    Ok(())
                } else {
                    Err(AccountError::WrongCode)
                }
            })
            .await
    }

    async fn use_up(&self, member: &Member, code: &str, by: &Actor) -> Result<bool, AccountError> {
        let typed = normalized(code);
        if typed.len() == CODE_LENGTH {
            let now = self.clock.now();
            return Ok(self
                .store
                .use_recovery_code(member.id, key(&typed), by, now)
                .await?);
        }
        let found = self.store.authenticator(member.id).await?;
        let Some(found) = found.filter(|found| found.is_confirmed) else {
            return Ok(false);
        };
        match self.step(&found.secret, &typed) {
            Some(step) => Ok(self.store.use_step(member.id, step).await?),
            None => Ok(false),
        }
    }

    /// How many recovery codes are left.
    pub async fn codes_left(&self, member: &Member) -> Result<u64, AccountError> {
        Ok(self.store.recovery_codes_left(member.id).await?)
    }

    /// New recovery codes in place of all there are. `None` if the member has no app.
    pub async fn new_codes(&self, member: &Member, by: &Actor) -> Result<Option<Vec<String>>, AccountError> {
        let (codes, keys) = self.codes();
        let now = self.clock.now();
        let is_done = self
            .store
            .replace_recovery_codes(member.id, keys, by, now)
            .await?;
        Ok(is_done.then_some(codes))
    }

    /// Removes the app and the recovery codes. A host who needs a second factor keeps theirs; only another host or the operator
    /// resets it. Whether there was one.
    pub async fn remove(&self, member: &Member, by: &Actor) -> Result<bool, AccountError> {
        let is_own = by.member == Some(member.id);
        if is_own && self.is_needed(member).await? {
            return Err(AccountError::SecondFactorNeeded);
        }
        let now = self.clock.now();
        Ok(self.store.remove_authenticator(member.id, by, now).await?)
    }

    /// Whether the member has to have one: a host, if the network says so.
    pub async fn is_needed(&self, member: &Member) -> Result<bool, AccountError> {
        Ok(member.role.is_host() && self.store.network().await?.hosts_second_factor)
    }

    /// The step of a code, if it is one of now, or of the 30 seconds before or after: clocks differ.
    fn step(&self, secret: &str, code: &str) -> Option<u64> {
        let seconds = u64::try_from(self.clock.now().as_secs()).ok()?;
        totp(secret)?.check(&normalized(code), seconds)
    }

    /// Recovery codes, as they are shown and as they are kept.
    fn codes(&self) -> (Vec<String>, Vec<RecoveryKey>) {
        let code = |_| {
            let mut bytes = [0; CODE_LENGTH];
            self.randomness.fill(&mut bytes);
            let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
            let text: String = letters.iter().collect();
            let (first, second) = text.split_at(CODE_LENGTH / 2);
            (format!("{first}-{second}"), key(&text))
        };
        (0..RECOVERY_CODES).map(code).unzip()
    }
}

fn totp(secret: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok()?;
    Builder::new().with_secret(secret).build().ok()
}

/// As it is typed, without what people put between: spaces, a dash, capitals.
fn normalized(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(2 * CODE_LENGTH)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

fn key(code: &str) -> RecoveryKey {
    RecoveryKey(Sha256::digest(code.as_bytes()).into())
}

fn enrolment(secret: Zeroizing<String>, email: &Email, network: &NetworkName) -> Enrolment {
    // A colon separates the two in the label.
    let network = network.as_str().replace(':', " ");
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (issuer, account) = (encoded(&network), encoded(email.as_str()));
    let address = format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}",
        secret.as_str()
    );
    Enrolment {
        secret,
        address: Zeroizing::new(address),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use latchkey_domain::Role;

    use super::*;
    use crate::testing::World;

    const STEP: Duration = Duration::from_secs(30);

    fn network() -> NetworkName {
        NetworkName::parse("River: Club").unwrap()
    }

    /// The code that the app shows now.
    fn shown(world: &World, secret: &str) -> String {
        let seconds = u64::try_from(world.clock.now().as_secs()).unwrap();
        totp(secret).unwrap().generate(seconds).to_string()
    }

    async fn set_up(world: &World, member: &Member) -> (Zeroizing<String>, Vec<String>) {
        let by = Actor::operator();
        let enrolment = world
            .second_factor
            .begin(member, &network())
            .await
            .unwrap()
            .unwrap();
        let code = shown(world, &enrolment.secret);
        let codes = world
            .second_factor
            .confirm(member, &code, None, &by)
            .await
            .unwrap();
        world.clock.advance(STEP);
        (enrolment.secret, codes.unwrap())
    }

    async fn check(world: &World, member: &Member, code: &str) -> bool {
        match world
            .second_factor
            .check(member, code, None, &Actor::operator())
            .await
        {
            Ok(()) => true,
            Err(AccountError::WrongCode) => false,
            Err(error) => panic!("{error}"),
        }
    }

    #[tokio::test]
    async fn a_code_works_once_and_for_a_minute_and_a_half() {
        for world in World::of_each_kind().await {
            let ada = world.member("ada@example.com").await;
            assert!(!check(&world, &ada, "000000").await, "there is none yet");
            let (secret, _) = set_up(&world, &ada).await;
            let code = shown(&world, &secret);
            let typed = format!(" {} {} ", &code[..3], &code[3..]);
            assert!(check(&world, &ada, &typed).await);
            assert!(!check(&world, &ada, &code).await, "a replay in its window");
            // One that is shown next, early; then the one of now is older than that.
            world.clock.advance(STEP);
            let now = shown(&world, &secret);
            world.clock.advance(STEP);
            let next = shown(&world, &secret);
            assert!(check(&world, &ada, &next).await);
            assert!(!check(&world, &ada, &now).await);
            world.clock.advance(STEP * 3);
            assert!(!check(&world, &ada, &next).await);
        }
    }

    #[tokio::test]
    async fn two_at_once_use_one_code_once() {
        for world in World::of_each_kind().await {
            let ada = world.member("ada@example.com").await;
            let (secret, codes) = set_up(&world, &ada).await;
            let code = shown(&world, &secret);
            for code in [code.as_str(), codes[0].as_str()] {
                let (one, other) = tokio::join!(check(&world, &ada, code), check(&world, &ada, code));
                assert_ne!(one, other, "{code}");
            }
        }
    }

    #[tokio::test]
    async fn recovery_codes_are_used_up_and_replaced() {
        for world in World::of_each_kind().await {
            let (ada, bob) = (
                world.member("ada@example.com").await,
                world.member("bob@example.com").await,
            );
            let (_, codes) = set_up(&world, &ada).await;
            let (_, of_bob) = set_up(&world, &bob).await;
            assert_eq!(codes.len(), RECOVERY_CODES);
            assert!(!check(&world, &ada, &of_bob[0]).await);
            assert!(check(&world, &ada, &codes[0].to_uppercase()).await);
            assert!(!check(&world, &ada, &codes[0]).await);
            assert!(check(&world, &ada, &codes[1].replace('-', " ")).await);
            assert_eq!(world.second_factor.codes_left(&ada).await.unwrap(), 8);
            let by = Actor::operator();
            let new = world.second_factor.new_codes(&ada, &by).await.unwrap().unwrap();
            assert!(!check(&world, &ada, &codes[2]).await);
            assert!(check(&world, &ada, &new[0]).await);
        }
    }

    #[tokio::test]
    async fn codes_cannot_be_guessed() {
        for world in World::of_each_kind().await {
            let ada = world.member("ada@example.com").await;
            let (secret, _) = set_up(&world, &ada).await;
            let address = Some([192, 0, 2, 1].into());
            let by = Actor::operator();
            let mut waited = false;
            for _ in 0..20 {
                let guess = world.second_factor.check(&ada, "000000", address, &by).await;
                waited |= matches!(guess, Err(AccountError::TryLater { .. }));
            }
            assert!(waited);
            // Not even the right one is looked at then.
            let code = shown(&world, &secret);
            let right = world.second_factor.check(&ada, &code, address, &by).await;
            assert!(matches!(right, Err(AccountError::TryLater { .. })));
        }
    }

    #[tokio::test]
    async fn one_that_is_in_use_is_not_replaced_and_a_host_keeps_theirs() {
        for world in World::of_each_kind().await {
            let ada = world.member("ada@example.com").await;
            let factor = &world.second_factor;
            // Until the first code, another secret takes its place.
            factor.begin(&ada, &network()).await.unwrap().unwrap();
            let (_, _) = set_up(&world, &ada).await;
            assert!(factor.begin(&ada, &network()).await.unwrap().is_none());
            assert!(factor.waiting(&ada, &network()).await.unwrap().is_none());
            let ada = world.store.member(ada.id).await.unwrap().unwrap();
            assert!(ada.second_factor);

            let by = Actor {
                member: Some(ada.id),
                ..Actor::operator()
            };
            world
                .roster
                .set_role(&ada.email, Role::Host, &Actor::operator())
                .await
                .unwrap();
            let ada = world.store.member(ada.id).await.unwrap().unwrap();
            let change = latchkey_storage::NetworkChange {
                hosts_second_factor: Some(true),
                ..latchkey_storage::NetworkChange::default()
            };
            let now = world.clock.now();
            world
                .store
                .change_network(change, &Actor::operator(), now)
                .await
                .unwrap();
            assert!(matches!(
                factor.remove(&ada, &by).await,
                Err(AccountError::SecondFactorNeeded)
            ));
            let before = world.open(&ada).await;
            assert!(factor.remove(&ada, &Actor::operator()).await.unwrap());
            assert!(world.sessions.find(&before.token).await.unwrap().is_none());
            assert!(!factor.remove(&ada, &Actor::operator()).await.unwrap());
        }
    }

    #[test]
    fn the_address_names_network_and_account() {
        let email = "ada+club@example.com".parse().unwrap();
        let secret = Zeroizing::new("ABCDEFGHIJKLMNOP".to_owned());
        let enrolment = enrolment(secret, &email, &network());
        assert_eq!(
            enrolment.address.as_str(),
            "otpauth://totp/River%20%20Club:ada%2Bclub%40example%2Ecom?secret=ABCDEFGHIJKLMNOP&issuer=River%20%20Club"
        );
    }

    /// The last six digits of RFC 6238, appendix B.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret::new(b"12345678901234567890".to_vec().into_boxed_slice()).to_base32();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(totp(&secret).unwrap().generate(seconds).to_string(), code);
        }
    }
}
