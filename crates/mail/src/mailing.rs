//! What is mailed to whom. It only queues: an [`Outbox`] sends.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use latchkey_accounts::{AccountError, LinkByMail, subscriber};
use latchkey_domain::{Actor, Clock, Email, Member, MemberId, TokenBucket, TokenBuckets};
use latchkey_storage::{FailedMail, MailCounts, MailKind, NewMail, Store, StoreError};

use crate::Outbox;

/// How often people at one address can say that they forgot a password.
const REQUESTS: TokenBucket = TokenBucket::new(10, Duration::from_secs(60 * 60));

/// Addresses that are remembered.
const ADDRESSES: usize = 10_000;

/// The mails of a network.
#[derive(Clone)]
pub struct Mailing {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    outbox: Option<Outbox>,
    requests: Arc<TokenBuckets<Option<IpAddr>>>,
}

impl Mailing {
    /// Queues in `store`. Without an outbox no mail is sent by this process.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, outbox: Option<Outbox>) -> Self {
        Self {
            store,
            clock,
            outbox,
            requests: Arc::new(TokenBuckets::new(ADDRESSES)),
        }
    }

    /// Whether this server sends mails.
    pub fn is_set_up(&self) -> bool {
        self.outbox.is_some()
    }

    /// Invites these members; how many mails are queued. See [`Mails::queue_mails`](latchkey_storage::Mails::queue_mails) for
    /// who gets none. A suspended member is an error.
    pub async fn invite(&self, members: &[Member], by: &Actor) -> Result<u64, AccountError> {
        if let Some(member) = members.iter().find(|member| member.is_suspended()) {
            return Err(AccountError::MemberSuspended(member.email.clone()));
        }
        let ids = members.iter().map(|member| member.id);
        Ok(self.queue(ids, MailKind::Invitation, Some(by)).await?)
    }

    /// Invites everyone who cannot sign in yet: those without a link, or with `again` all.
    pub async fn invite_all(&self, again: bool, by: &Actor) -> Result<u64, AccountError> {
        let members = self
            .store
            .members_without_sign_in(again, self.clock.now())
            .await?;
        self.invite(&members, by).await
    }

    /// Mails a link to the member with this email, if there is one. The answer and its time are the same for every email:
    /// looking it up is not waited for.
    pub fn forgot(&self, email: Email, from: Option<IpAddr>) -> Result<(), AccountError> {
        let now = self.clock.now();
        let from = from.map(subscriber);
        if let Err(wait) = self.requests.take(from, REQUESTS, 1, now) {
            return Err(AccountError::TryLater { wait });
        }
        let this = self.clone();
        tokio::spawn(async move {
            if let Err(error) = this.mail_new_password(&email).await {
                let error: &(dyn std::error::Error + 'static) = &error;
                tracing::error!(error, "could not queue a mail for a new password");
            }
        });
        Ok(())
    }

    async fn mail_new_password(&self, email: &Email) -> Result<(), StoreError> {
        let Some(member) = self.store.member_by_email(email).await? else {
            return Ok(());
        };
        let listed = self.store.listed_member(member.id, self.clock.now()).await?;
        let kind = match listed {
            Some(listed) if listed.can_sign_in => MailKind::NewPassword,
            _ => MailKind::Invitation,
        };
        self.queue([member.id], kind, None).await.map(|_| ())
    }

    async fn queue(
        &self,
        members: impl IntoIterator<Item = MemberId>,
        kind: MailKind,
        by: Option<&Actor>,
    ) -> Result<u64, StoreError> {
        let mails = members.into_iter().map(|member| NewMail {
            member,
            kind,
            address: None,
            detail: String::new(),
        });
        self.send(mails.collect(), by).await
    }

    /// Tells a host that their account was used at a place that is new, in the background.
    pub fn tell_new_place(&self, member: MemberId, place: String) {
        if !self.is_set_up() {
            return;
        }
        let mail = NewMail {
            member,
            kind: MailKind::NewPlace,
            address: None,
            detail: place,
        };
        let this = self.clone();
        tokio::spawn(async move {
            if let Err(error) = this.send(vec![mail], None).await {
                let error: &(dyn std::error::Error + 'static) = &error;
                tracing::error!(error, "could not queue a mail about a new sign-in");
            }
        });
    }

    /// Mails a link to a new address of a member, with which they confirm it. Whether another member has that address is seen
    /// by who opens the link. `false` if they asked often within the last hour, or a mail to it waits.
    pub async fn confirm_email(&self, member: MemberId, new: Email) -> Result<bool, StoreError> {
        let mail = NewMail {
            member,
            kind: MailKind::ConfirmEmail,
            address: Some(new),
            detail: String::new(),
        };
        Ok(self.send(vec![mail], None).await? > 0)
    }

    /// Mails a link to the member with this email, if there is one and no host, with which they link the account that waits.
    /// The answer and its time are the same for every email: looking it up is not waited for.
    pub fn link_account(&self, email: Email, link: LinkByMail) {
        let this = self.clone();
        tokio::spawn(async move {
            if let Err(error) = this.mail_link(&email, link).await {
                let error: &(dyn std::error::Error + 'static) = &error;
                tracing::error!(error, "could not queue a mail to link an account");
            }
        });
    }

    async fn mail_link(&self, email: &Email, link: LinkByMail) -> Result<(), StoreError> {
        let member = self.store.member_by_email(email).await?;
        // A host signs in first.
        let Some(member) = member.filter(|member| !member.role.is_host()) else {
            return Ok(());
        };
        let Some(detail) = link.keep(member.id, &*self.store, self.clock.now()).await? else {
            return Ok(());
        };
        let mail = NewMail {
            member: member.id,
            kind: MailKind::LinkAccount,
            address: None,
            detail,
        };
        self.send(vec![mail], None).await.map(|_| ())
    }

    /// Mails that something else queued can go out now.
    pub fn wake(&self) {
        if let Some(outbox) = &self.outbox {
            outbox.wake();
        }
    }

    async fn send(&self, mails: Vec<NewMail>, by: Option<&Actor>) -> Result<u64, StoreError> {
        let queued = self.store.queue_mails(mails, by, self.clock.now()).await?;
        if queued > 0 {
            self.wake();
        }
        Ok(queued)
    }

    /// How many mails there are, and the newest `limit` that failed.
    pub async fn state(&self, limit: u32) -> Result<(MailCounts, Vec<FailedMail>), StoreError> {
        let counts = self.store.mail_counts(self.clock.now()).await?;
        let failed = if counts.failed == 0 {
            Vec::new()
        } else {
            self.store.failed_mails(limit).await?
        };
        Ok((counts, failed))
    }

    /// Tries all that failed once more; how many there are.
    pub async fn retry(&self, by: &Actor) -> Result<u64, StoreError> {
        let again = self.store.retry_failed_mails(by, self.clock.now()).await?;
        self.wake();
        Ok(again)
    }
}
