//! Sends what waits in the queue. Any number of senders on any number of nodes do so at once: each mail is claimed by one for
//! a while. What a sender that is killed leaves behind is sent by another when its claim is over; so a mail goes out twice
//! only if the server is killed between the moment in which the mail server took it and the next transaction.

use std::sync::Arc;
use std::time::Duration;

use latchkey_accounts::{LINK_LIFETIME, LinkToken, SignInLinks};
use latchkey_domain::{Clock, Randomness};
use latchkey_storage::mails::{TRIED_FOR, next_attempt};
use latchkey_storage::{Claim, ClaimedMail, LinkPurpose, MailKind, MailOutcome, Store, StoreError};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::letter::Paper;
use crate::mail_server::{CONNECTIONS, MailServer, Refusal};
use crate::{Letter, Sender};

/// How long a sender has a mail for itself. Longer than an attempt may take.
pub const CLAIM: Duration = Duration::from_secs(60);

/// How long a link to choose another password, or to confirm an email, works.
const SHORT_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How often senders look for mails that another node or the command line queued.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The longest pause while the mail server cannot be reached.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Where the links in mails lead.
#[derive(Clone, Debug)]
pub struct Place {
    /// The address of this server, as browsers see it.
    pub origin: String,
    /// The path of sign-in links.
    pub link: &'static str,
    /// The path where an email is confirmed.
    pub email: &'static str,
    /// The path where an account at a provider is linked.
    pub account: &'static str,
    /// The path of a member's sessions.
    pub sessions: &'static str,
}

/// The senders of one node.
#[derive(Clone)]
pub struct Outbox {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    links: SignInLinks,
    server: MailServer,
    sender: Sender,
    place: Place,
    wake: Arc<Notify>,
}

impl Outbox {
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        links: SignInLinks,
        (server, sender): (MailServer, Sender),
        place: Place,
    ) -> Self {
        Self {
            store,
            clock,
            randomness,
            links,
            server,
            sender,
            place,
            wake: Arc::new(Notify::new()),
        }
    }

    /// Something was queued here: no need to wait for the next look.
    pub fn wake(&self) {
        self.wake.notify_waiters();
    }

    /// Sends until the process ends.
    pub fn start(&self) {
        for _ in 0..CONNECTIONS {
            let this = self.clone();
            tokio::spawn(async move { this.send_forever().await });
        }
    }

    async fn send_forever(&self) {
        let mut pause = Duration::from_secs(1);
        loop {
            match self.send_next().await {
                Ok(Some(Reached::Server)) => pause = Duration::from_secs(1),
                Ok(Some(Reached::Nobody)) => {
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Ok(None) => {
                    tokio::select! {
                        () = self.wake.notified() => {}
                        () = sleep(LOOK_EVERY) => {}
                    }
                }
                Err(error) => {
                    warn(&error);
                    sleep(LOOK_EVERY).await;
                }
            }
        }
    }

    /// Sends the next mail; `None` if none waits. For tests, too.
    pub async fn send_next(&self) -> Result<Option<Reached>, StoreError> {
        let mut claim = Claim([0; 16]);
        self.randomness.fill(&mut claim.0);
        let now = self.clock.now();
        let Some(mail) = self.store.claim_mail(claim, now, now.plus(CLAIM)).await? else {
            return Ok(None);
        };
        let (outcome, reached) = self.attempt(&mail).await?;
        self.store
            .settle_mail(mail.id, claim, outcome, self.clock.now())
            .await?;
        Ok(Some(reached))
    }

    async fn attempt(&self, mail: &ClaimedMail) -> Result<(MailOutcome, Reached), StoreError> {
        if mail.member.is_suspended() {
            let why = "the member is suspended".to_owned();
            return Ok((MailOutcome::Failed(why), Reached::Server));
        }
        let letter = self.letter(mail).await?;
        let number = mail.id.0;
        let Err(refusal) = self.server.send(&letter).await else {
            tracing::info!(mail = number, "sent a mail");
            return Ok((MailOutcome::Sent, Reached::Server));
        };
        let now = self.clock.now();
        let is_over = now.since(mail.created_at) >= TRIED_FOR;
        // Its text may quote the address, so it stays out of the log.
        tracing::warn!(mail = number, tries = mail.tries, "a mail was not taken");
        Ok(match refusal {
            Refusal::Forever(answer) => (MailOutcome::Failed(answer), Reached::Server),
            Refusal::ForNow(answer) if is_over => (MailOutcome::Failed(answer), Reached::Server),
            Refusal::ForNow(answer) => {
                let next = next_attempt(mail.tries, now);
                (MailOutcome::Later(next, answer), Reached::Server)
            }
            Refusal::NoServer(answer) if is_over => (MailOutcome::Failed(answer), Reached::Nobody),
            // The pause of the sender is enough: all go out as soon as the server is back.
            Refusal::NoServer(answer) => (MailOutcome::Later(now, answer), Reached::Nobody),
        })
    }

    /// The letter, with a link that is made now.
    async fn letter(&self, mail: &ClaimedMail) -> Result<Letter, StoreError> {
        let network = self.store.network().await?.name;
        let paper = Paper {
            sender: &self.sender,
            network: &network,
            to: mail.address.as_ref().unwrap_or(&mail.member.email),
            name: Some(&mail.member.name),
            at: mail.created_at,
            id: format!("{}.{}", mail.id.0, mail.created_at.as_millis()),
        };
        Ok(match mail.kind {
            MailKind::Invitation => {
                let token = self.token(mail, LinkPurpose::ByMail, LINK_LIFETIME).await?;
                paper.invitation(self.link(&token), LINK_LIFETIME.as_secs() / (24 * 60 * 60))
            }
            MailKind::NewPassword => {
                let token = self.token(mail, LinkPurpose::ByMail, SHORT_LIFETIME).await?;
                paper.new_password(self.link(&token))
            }
            MailKind::NewPlace => {
                let sessions = format!("{}{}", self.place.origin, self.place.sessions);
                paper.new_place(&mail.detail, sessions)
            }
            MailKind::ConfirmEmail => {
                let new = mail.address.clone().unwrap_or_else(|| mail.member.email.clone());
                let purpose = LinkPurpose::NewEmail(new);
                let token = self.token(mail, purpose, SHORT_LIFETIME).await?;
                let Place { origin, email, .. } = &self.place;
                paper.confirm_email(format!("{origin}{email}?token={}", token.expose()))
            }
            MailKind::LinkAccount => {
                let (token, provider) = self.links.for_account(&mail.detail).await?;
                let Place { origin, account, .. } = &self.place;
                let link = token.map(|token| format!("{origin}{account}?token={}", token.expose()));
                paper.link_account(&provider, link)
            }
            MailKind::EmailChanged => paper.email_changed(&mail.detail),
        })
    }

    async fn token(
        &self,
        mail: &ClaimedMail,
        purpose: LinkPurpose,
        lifetime: Duration,
    ) -> Result<LinkToken, StoreError> {
        self.links.for_mail(mail.member.id, purpose, lifetime).await
    }

    fn link(&self, token: &LinkToken) -> String {
        format!(
            "{}{}?token={}",
            self.place.origin,
            self.place.link,
            token.expose()
        )
    }
}

fn warn(error: &StoreError) {
    let error: &(dyn std::error::Error + 'static) = error;
    tracing::warn!(error, "could not read or change the queue of mails; retrying");
}

/// Whether the mail server answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    Server,
    Nobody,
}
