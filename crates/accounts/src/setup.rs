//! The first run: names the network and creates its first host.
//!
//! Until then anyone who reaches the server could become its host. A token prevents that: only people who can read the
//! server's output know it. It is derived from the server key and a salt in the database, so it is the same on every
//! node and after every restart. It stops working when the network has a host.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use latchkey_domain::member::NewPassword;
use latchkey_domain::{Actor, Clock, Email, Member, MemberName, NetworkName, Plan, Role, Slug};
use latchkey_storage::{AddMember, NewNetwork, PasswordHash, Store};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{AccountError, Passwords};

/// Characters of the token: 192 bits.
const TOKEN_LENGTH: usize = 32;

/// The form of the first run, as typed.
#[derive(Clone, Default)]
pub struct FoundingForm {
    /// The network's name.
    pub network_name: String,
    /// The name of the first host.
    pub host_name: String,
    /// The email that the host signs in with.
    pub email: String,
    /// The host's password.
    pub password: String,
}

/// What is wrong with the form: one sentence for each wrong field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundingErrors {
    /// What is wrong with the network's name.
    pub network_name: Option<String>,
    /// What is wrong with the host's name.
    pub host_name: Option<String>,
    /// What is wrong with the email.
    pub email: Option<String>,
    /// What is wrong with the password.
    pub password: Option<String>,
}

/// A valid form.
#[derive(Clone, Debug)]
pub struct Founding {
    network_name: NetworkName,
    host_name: MemberName,
    email: Email,
    password: NewPassword,
}

impl FoundingForm {
    /// Validates the form, or returns all that is wrong with it.
    pub fn validate(&self) -> Result<Founding, FoundingErrors> {
        let network_name =
            NetworkName::parse(&self.network_name).map_err(|error| format!("The network's name {error}."));
        let host_name = MemberName::parse(&self.host_name).map_err(|error| format!("Your name {error}."));
        let email = self
            .email
            .parse::<Email>()
            .map_err(|error| capitalized(&error.to_string()));
        let password =
            NewPassword::new(self.password.clone()).map_err(|error| capitalized(&error.to_string()));
        match (network_name, host_name, email, password) {
            (Ok(network_name), Ok(host_name), Ok(email), Ok(password)) => Ok(Founding {
                network_name,
                host_name,
                email,
                password,
            }),
            (network_name, host_name, email, password) => Err(FoundingErrors {
                network_name: network_name.err(),
                host_name: host_name.err(),
                email: email.err(),
                password: password.err(),
            }),
        }
    }
}

/// A message as a sentence.
fn capitalized(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}

/// A new network.
#[derive(Clone, Debug)]
pub struct Founded {
    /// Its first host.
    pub host: Member,
    /// The hash of the host's password, for signing the host in.
    pub password: PasswordHash,
}

/// Creates the network.
#[derive(Clone)]
pub struct Setup {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    key: Zeroizing<[u8; 32]>,
    /// Never goes back to false: the last host can be neither removed nor demoted.
    done: Arc<AtomicBool>,
}

impl Setup {
    /// The first run of the network in `store`. `key` is derived for this purpose only.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, passwords: Passwords, key: [u8; 32]) -> Self {
        Self {
            store,
            clock,
            passwords,
            key: Zeroizing::new(key),
            done: Arc::default(),
        }
    }

    /// Whether the network has no host yet.
    pub async fn is_needed(&self) -> Result<bool, AccountError> {
        if self.done.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let done = self.store.has_host().await?;
        self.done.store(done, Ordering::Relaxed);
        Ok(!done)
    }

    /// The setup token, for the operator.
    pub async fn token(&self) -> Result<String, AccountError> {
        let salt = self.store.setup_salt().await?;
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.key.as_slice()).expect("HMAC takes a key of any length");
        mac.update(&salt);
        let mut token = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        token.truncate(TOKEN_LENGTH);
        Ok(token)
    }

    /// Succeeds if the network has no host and `presented` is the token.
    pub async fn check(&self, presented: &str) -> Result<(), AccountError> {
        if !self.is_needed().await? {
            return Err(AccountError::AlreadySetUp);
        }
        let token = self.token().await?;
        let same: bool = token.as_bytes().ct_eq(presented.as_bytes()).into();
        if same {
            Ok(())
        } else {
            Err(AccountError::WrongSetupToken)
        }
    }

    /// Names the network and adds its first host.
    pub async fn found(&self, token: &str, founding: Founding, by: &Actor) -> Result<Founded, AccountError> {
        self.check(token).await?;
        let network = NewNetwork {
            slug: Slug::from_name(founding.network_name.as_str()),
            name: founding.network_name,
            plan: Plan::default(),
        };
        let email = founding.email.clone();
        let password = self.passwords.hash(&founding.password).await?;
        let host = AddMember {
            email: founding.email,
            name: founding.host_name,
            role: Role::Host,
            password: password.clone(),
            can_sign_in: true,
        };
        match self
            .store
            .found_network(network, host, by, self.clock.now())
            .await?
        {
            Some(host) => Ok(Founded { host, password }),
            // Another request was faster, or a member who was added on the command line has this email.
            None if self.store.has_host().await? => Err(AccountError::AlreadySetUp),
            None => Err(AccountError::EmailTaken(email)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PASSWORD, World};

    fn form() -> FoundingForm {
        FoundingForm {
            network_name: "River Club".into(),
            host_name: "Ada Lovelace".into(),
            email: "ada@example.com".into(),
            password: PASSWORD.into(),
        }
    }

    #[tokio::test]
    async fn founds_a_network_once() {
        let world = World::new().await;
        assert!(world.setup.is_needed().await.unwrap());
        let token = world.setup.token().await.unwrap();
        assert_eq!(token.len(), TOKEN_LENGTH);
        let Founded { host, .. } = world
            .setup
            .found(&token, form().validate().unwrap(), &Actor::operator())
            .await
            .unwrap();
        assert_eq!(host.role, Role::Host);
        let network = world.store.network().await.unwrap();
        assert_eq!(
            (network.name.as_str(), network.slug.as_str()),
            ("River Club", "river-club")
        );
        assert!(!world.setup.is_needed().await.unwrap());
        let error = world
            .setup
            .found(&token, form().validate().unwrap(), &Actor::operator())
            .await
            .unwrap_err();
        assert!(matches!(error, AccountError::AlreadySetUp));
    }

    #[tokio::test]
    async fn a_wrong_token_founds_nothing() {
        let world = World::new().await;
        let token = world.setup.token().await.unwrap();
        let longer = format!("{token}A");
        for wrong in ["", "x", &token[1..], &longer, &token.to_lowercase()] {
            let error = world
                .setup
                .found(wrong, form().validate().unwrap(), &Actor::operator())
                .await
                .unwrap_err();
            assert!(matches!(error, AccountError::WrongSetupToken), "{wrong}");
        }
        assert!(world.setup.is_needed().await.unwrap());
    }

    #[tokio::test]
    async fn the_token_is_the_same_after_a_restart_and_another_elsewhere() {
        let world = World::new().await;
        let token = world.setup.token().await.unwrap();
        let restarted = world.setup_with_key([7; 32]);
        assert_eq!(restarted.token().await.unwrap(), token);
        assert_ne!(world.setup_with_key([8; 32]).token().await.unwrap(), token);
        assert_ne!(World::new().await.setup.token().await.unwrap(), token);
    }

    #[tokio::test]
    async fn two_at_once_found_one_network() {
        let world = World::new().await;
        let token = world.setup.token().await.unwrap();
        let mut races = tokio::task::JoinSet::new();
        for n in 0..8 {
            let (setup, token) = (world.setup.clone(), token.clone());
            let founding = FoundingForm {
                email: format!("host{n}@example.com"),
                ..form()
            }
            .validate()
            .unwrap();
            races.spawn(async move { setup.found(&token, founding, &Actor::operator()).await.is_ok() });
        }
        assert_eq!(races.join_all().await.into_iter().filter(|won| *won).count(), 1);
    }

    #[test]
    fn says_all_that_is_wrong_at_once() {
        let errors = FoundingForm {
            password: "short".into(),
            ..FoundingForm::default()
        }
        .validate()
        .unwrap_err();
        assert_eq!(
            errors.network_name.as_deref(),
            Some("The network's name cannot be blank.")
        );
        assert_eq!(errors.host_name.as_deref(), Some("Your name cannot be blank."));
        assert_eq!(
            errors.email.as_deref(),
            Some("That is not an email address; expected one like ada@example.com.")
        );
        assert_eq!(
            errors.password.as_deref(),
            Some("The password needs at least 8 characters; this has 5.")
        );
    }
}
