//! Linking by mail: the provider does not say that an address was verified, so a link that is mailed there decides.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::provider::{Person, Provider, ProviderId, Subject};
use latchkey_domain::{Actor, MemberId, Timestamp, limits};
use latchkey_storage::providers::{Linking, NewLinkedAccount, WaitingKey, WaitingSignIn};
use latchkey_storage::{Store, StoreError};
use serde::{Deserialize, Serialize};

use super::journey::{Journey, digest};
use super::{Outcome, ProviderSignIn, Refusal, account};
use crate::{AccountError, LinkToken, SignInLinks};

/// How long the link works.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// An account at a provider that waits for its owner to open the link in the mail, in the browser that began the sign-in:
/// who has only the account at the provider gets no mail, and who gets the mail has not begun anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkByMail {
    subject: Subject,
    label: String,
    return_to: String,
    browser: [u8; 32],
    /// Whose address it is; known once somebody looked.
    member: Option<MemberId>,
    /// The provider, and its name for the mail.
    #[serde(skip)]
    provider: Option<(ProviderId, String)>,
    /// What it waits under until the mail goes out. Nobody is given this.
    #[serde(skip)]
    ticket: [u8; 32],
}

impl LinkByMail {
    /// What waits after a sign-in of `person` that came from `journey`.
    pub fn of(provider: &Provider, person: &Person, journey: &Journey) -> Self {
        let NewLinkedAccount { subject, label, .. } = account(provider, person);
        Self {
            subject,
            label,
            return_to: journey.return_to.clone(),
            browser: journey.browser,
            member: None,
            provider: Some((provider.id, provider.spec.name.to_string())),
            ticket: digest(&journey.verifier),
        }
    }

    /// Keeps it for `member`. What the queue of mails needs to find it again; `None` if it waited before.
    pub async fn keep(
        mut self,
        member: MemberId,
        store: &dyn Store,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        self.member = Some(member);
        let Some((provider, name)) = self.provider.clone() else {
            return Ok(None);
        };
        let waiting = WaitingSignIn {
            provider,
            content: self.written()?,
            expires_at: now.plus(LIFETIME),
        };
        store
            .begin_provider_sign_in(WaitingKey(self.ticket), waiting, limits::PROVIDER_SIGN_INS, now)
            .await?;
        Ok(Some(format!("{} {name}", URL_SAFE_NO_PAD.encode(self.ticket))))
    }

    fn written(&self) -> Result<String, StoreError> {
        serde_json::to_string(self)
            .map_err(|error| StoreError::Damaged(format!("an account that waits: {error}")))
    }
}

impl SignInLinks {
    /// A link that is about to be mailed, with which a member links an account at a provider, and the provider's name.
    /// `detail` is what [`LinkByMail::keep`] returned. No link if it waited for too long.
    pub async fn for_account(&self, detail: &str) -> Result<(Option<LinkToken>, String), StoreError> {
        let (ticket, name) = detail.split_once(' ').unwrap_or(("", detail));
        let ticket = URL_SAFE_NO_PAD.decode(ticket).unwrap_or_default();
        let Ok(ticket) = <[u8; 32]>::try_from(ticket).map(WaitingKey) else {
            return Ok((None, name.to_owned()));
        };
        let (store, now) = (self.store(), self.now());
        let Some(waiting) = store.take_provider_sign_in(ticket, now).await? else {
            return Ok((None, name.to_owned()));
        };
        // It stays for the next attempt, if the mail server does not take this one.
        store
            .begin_provider_sign_in(ticket, waiting.clone(), limits::PROVIDER_SIGN_INS, now)
            .await?;
        let token = self.token();
        let key = WaitingKey(token.key().0);
        store
            .begin_provider_sign_in(key, waiting, limits::PROVIDER_SIGN_INS, now)
            .await?;
        Ok((Some(token), name.to_owned()))
    }
}

impl ProviderSignIn {
    /// Uses a mailed link up: links the account and signs the member in. Where to go then, and what it led to; `None` if the
    /// link does not work, or the browser is not the one that began.
    pub async fn link_by_mail(
        &self,
        token: &LinkToken,
        browsers: impl Iterator<Item = String>,
        origin: &Actor,
        from: (Option<IpAddr>, Option<String>),
    ) -> Result<Option<(String, Outcome)>, AccountError> {
        let (key, now) = (WaitingKey(token.key().0), self.clock.now());
        let Some(waiting) = self.store.take_provider_sign_in(key, now).await? else {
            return Ok(None);
        };
        let Ok(link) = serde_json::from_str::<LinkByMail>(&waiting.content) else {
            return Ok(None);
        };
        let mut digests = browsers.map(|browser| digest(&browser));
        let Some(id) = link
            .member
            .filter(|_| digests.any(|browser| browser == link.browser))
        else {
            // Opened on another device: it works on the right one still.
            self.store
                .begin_provider_sign_in(key, waiting, limits::PROVIDER_SIGN_INS, now)
                .await?;
            return Ok(None);
        };
        let listed = self.store.providers().await?;
        let is_on = listed
            .iter()
            .any(|listing| listing.provider.id == waiting.provider && listing.provider.spec.is_on);
        let Some(member) = self.acting(id).await?.filter(|_| is_on) else {
            return Ok(None);
        };
        if member.role.is_host() {
            // Became one since. A host signs in first.
            return Ok(Some((
                link.return_to,
                Outcome::Refused(Refusal::LinkFirst(member.email)),
            )));
        }
        let by = Actor {
            member: Some(id),
            ..origin.clone()
        };
        let account = NewLinkedAccount {
            provider: waiting.provider,
            subject: link.subject,
            label: link.label,
        };
        if self.store.link_account(id, account, &by, now).await? != Linking::Done {
            return Ok(Some((link.return_to, Outcome::Refused(Refusal::AlreadyLinked))));
        }
        let Some(hash) = self.hash_of(&member).await? else {
            return Ok(None);
        };
        let attempt = self.sign_in.with_provider(member, hash, origin, from).await?;
        Ok(attempt.map(|attempt| (link.return_to, Outcome::Attempt(attempt))))
    }
}
