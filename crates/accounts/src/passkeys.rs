//! Passkeys (`WebAuthn` Level 3): a key on a member's device, unlocked there by a finger, a face or a PIN. It is both factors.
//!
//! A ceremony begins with a challenge, which the browser gets with the page and brings back with the answer, under a MAC: no node
//! has to remember it. It works for some minutes, once.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use latchkey_domain::{Actor, Clock, Member, MemberId, Timestamp};
use latchkey_storage::{CeremonyKey, NewPasskey, PasskeyId, PasskeyRecord, PasskeyRemoval, Store};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder,
};
use zeroize::Zeroizing;

use crate::{AccountError, LinkToken};

/// For how long a challenge works. A sign-in page may be open for a while before somebody uses it.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The most bytes of an answer of a browser. Those of real devices have one to three thousand.
const ANSWER: usize = 16 * 1_024;

/// The most characters of a passkey's name.
const NAME_LENGTH: usize = 60;

/// What a page needs for a ceremony.
#[derive(Clone, Debug, Default)]
pub struct Ceremony {
    /// What the script passes to the browser: the options, as JSON.
    pub options: String,
    /// What the form brings back.
    pub state: String,
}

/// What a ceremony is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Purpose {
    SignIn,
    /// A new passkey for this member.
    Add(i64),
}

#[derive(Serialize, Deserialize)]
struct State<T> {
    purpose: Purpose,
    at: i64,
    ceremony: T,
}

/// Keeps and checks passkeys.
#[derive(Clone)]
pub struct Passkeys {
    webauthn: Arc<Webauthn>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    key: Zeroizing<[u8; 32]>,
}

impl Passkeys {
    /// For the site at `origin`, whose host is `host`. `None` where browsers have no passkeys: at an address without a name.
    /// The key is derived for this purpose only.
    pub fn at(
        origin: &str,
        host: &str,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        key: [u8; 32],
    ) -> Option<Self> {
        if host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('[') {
            return None;
        }
        let origin = Url::parse(origin).ok()?;
        let webauthn = WebauthnBuilder::new(host, &origin).ok()?.build().ok()?;
        Some(Self {
            webauthn: Arc::new(webauthn),
            store,
            clock,
            key: Zeroizing::new(key),
        })
    }

    /// Begins a sign-in. The browser finds the passkey, so that no name has to be typed.
    pub fn begin_sign_in(&self) -> Option<Ceremony> {
        let (options, state) = self.webauthn.start_discoverable_authentication().ok()?;
        self.ceremony(Purpose::SignIn, &options.public_key, state)
    }

    /// Who signed in, if the answer of the browser is right.
    pub async fn sign_in(&self, state: &str, answer: &str) -> Result<Member, AccountError> {
        let (ceremony, state) = self
            .opened::<DiscoverableAuthentication>(state, Purpose::SignIn)
            .ok_or(AccountError::PasskeyRefused)?;
        let answer: PublicKeyCredential = read(answer)?;
        let (handle, credential) = self
            .webauthn
            .identify_discoverable_authentication(&answer)
            .map_err(|error| refused(&error))?;
        let kept = self
            .store
            .passkey(credential)
            .await?
            .ok_or(AccountError::PasskeyRefused)?;
        let mut passkey: Passkey =
            serde_json::from_str(&kept.data).map_err(|_| AccountError::PasskeyRefused)?;
        // It names the member, too, and has to name the one whose key it is.
        if handle != user_handle(kept.member.id) {
            return Err(AccountError::PasskeyRefused);
        }
        let result = self
            .webauthn
            .finish_discoverable_authentication_v2(&answer, state, &passkey)
            .map_err(|error| refused(&error))?;
        if kept.member.is_suspended() {
            return Err(AccountError::Suspended);
        }
        passkey.update_credential(&result);
        let data = serde_json::to_string(&passkey).map_err(|_| AccountError::PasskeyRefused)?;
        let is_used = self
            .store
            .use_passkey(kept.id, data, ceremony, self.clock.now())
            .await?;
        if is_used {
            Ok(kept.member)
        } else {
            Err(AccountError::PasskeyRefused)
        }
    }

    /// Begins to add a passkey. The browser leaves out devices that have one of the member's.
    pub async fn begin_adding(&self, member: &Member) -> Result<Option<Ceremony>, AccountError> {
        let mut known = Vec::new();
        for data in self.store.passkey_data_of(member.id).await? {
            let passkey: Option<Passkey> = serde_json::from_str(&data).ok();
            known.extend(passkey.map(|passkey| passkey.cred_id().clone()));
        }
        let (handle, email) = (user_handle(member.id), member.email.as_str());
        let challenge =
            self.webauthn
                .start_passkey_registration(handle, email, member.name.as_str(), Some(known));
        let Ok((options, state)) = challenge else {
            return Ok(None);
        };
        let Ok(mut options) = serde_json::to_value(&options.public_key) else {
            return Ok(None);
        };
        // So that the device finds it without a name; the library asks for it only with attestation.
        options["authenticatorSelection"]["residentKey"] = "required".into();
        options["authenticatorSelection"]["requireResidentKey"] = true.into();
        Ok(self.ceremony(Purpose::Add(member.id.0), &options, state))
    }

    /// Keeps the passkey that the browser made.
    pub async fn add(
        &self,
        member: &Member,
        (state, answer, name): (&str, &str, &str),
        by: &Actor,
    ) -> Result<(), AccountError> {
        let passkey = self.made(member.id, state, answer, name)?;
        if self.store.add_passkey(passkey, by, self.clock.now()).await? {
            Ok(())
        } else {
            Err(AccountError::PasskeyRefused)
        }
    }

    /// Uses a sign-in link up with a passkey in place of a password. `origin` is the actor's address and request.
    pub async fn choose(
        &self,
        (link, member): (&LinkToken, MemberId),
        (state, answer, name): (&str, &str, &str),
        origin: &Actor,
    ) -> Result<Member, AccountError> {
        let passkey = self.made(member, state, answer, name)?;
        let now = self.clock.now();
        let used = self
            .store
            .use_link_for_passkey(link.key(), passkey, origin, now)
            .await?;
        used.ok_or(AccountError::LinkOver)
    }

    /// The passkey that the browser made, if its answer is right.
    fn made(
        &self,
        member: MemberId,
        state: &str,
        answer: &str,
        name: &str,
    ) -> Result<NewPasskey, AccountError> {
        let (ceremony, state) = self
            .opened::<PasskeyRegistration>(state, Purpose::Add(member.0))
            .ok_or(AccountError::PasskeyRefused)?;
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let passkey = self
            .webauthn
            .finish_passkey_registration(&answer, &state)
            .map_err(|error| refused(&error))?;
        let data = serde_json::to_string(&passkey).map_err(|_| AccountError::PasskeyRefused)?;
        let visible = name.chars().filter(|letter| !letter.is_control());
        let name: String = visible.take(NAME_LENGTH).collect();
        let name = match name.trim() {
            "" => "Passkey",
            name => name,
        };
        Ok(NewPasskey {
            member,
            credential: passkey.cred_id().clone(),
            data,
            name: name.to_owned(),
            ceremony,
        })
    }

    /// The member's passkeys, the oldest first.
    pub async fn list(&self, member: MemberId) -> Result<Vec<PasskeyRecord>, AccountError> {
        Ok(self.store.passkeys_of(member).await?)
    }

    /// Removes one of them, unless it is the last way to sign in.
    pub async fn remove(&self, member: &Member, id: PasskeyId, by: &Actor) -> Result<bool, AccountError> {
        let now = self.clock.now();
        match self.store.remove_passkey(member.id, id, by, now).await? {
            PasskeyRemoval::Done => Ok(true),
            PasskeyRemoval::Unknown => Ok(false),
            PasskeyRemoval::Last => Err(AccountError::LastWayIn),
        }
    }

    fn ceremony(
        &self,
        purpose: Purpose,
        options: &impl Serialize,
        state: impl Serialize,
    ) -> Option<Ceremony> {
        let state = State {
            purpose,
            at: self.clock.now().as_millis(),
            ceremony: state,
        };
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&state).ok()?);
        let mac = URL_SAFE_NO_PAD.encode(self.mac(&body).finalize().into_bytes());
        Some(Ceremony {
            options: serde_json::to_string(options).ok()?,
            state: format!("{body}.{mac}"),
        })
    }

    /// What a ceremony of this purpose has to be checked with, if it started here and is not over.
    fn opened<T: DeserializeOwned>(&self, text: &str, purpose: Purpose) -> Option<(CeremonyKey, T)> {
        let (body, mac) = text.split_once('.').filter(|_| text.len() <= ANSWER)?;
        self.mac(body)
            .verify_slice(&URL_SAFE_NO_PAD.decode(mac).ok()?)
            .ok()?;
        let state: State<T> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        let (at, now) = (Timestamp::from_millis(state.at), self.clock.now());
        let is_good = state.purpose == purpose && at <= now && now.since(at) < LIFETIME;
        let key = CeremonyKey(Sha256::digest(body.as_bytes()).into());
        is_good.then_some((key, state.ceremony))
    }

    fn mac(&self, body: &str) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.key.as_slice()).expect("HMAC takes a key of any length");
        mac.update(body.as_bytes());
        mac
    }
}

/// What devices keep with a passkey to name its member: it tells nothing, and is the same for each of the member's.
fn user_handle(member: MemberId) -> Uuid {
    let digest = Sha256::digest(format!("latchkey member {member}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(bytes)
}

fn read<T: DeserializeOwned>(answer: &str) -> Result<T, AccountError> {
    if answer.len() > ANSWER {
        return Err(AccountError::PasskeyRefused);
    }
    serde_json::from_str(answer).map_err(|_| AccountError::PasskeyRefused)
}

/// The log says why; the person only that it did not work.
fn refused(error: &webauthn_rs::prelude::WebauthnError) -> AccountError {
    tracing::info!(%error, "a passkey was refused");
    AccountError::PasskeyRefused
}

#[cfg(test)]
#[path = "passkeys_tests.rs"]
mod tests;
