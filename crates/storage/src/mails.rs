//! Mails that wait until a mail server has taken them. A row says to whom and of what kind; the text, and a link in it, are
//! made when it is sent, so that no link is ever in the database.

use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::{Actor, Email, Member, MemberId, Timestamp, named};

use crate::StoreError;

/// How many mails a member gets within an hour, at most.
pub const MAILS_PER_HOUR: u32 = 5;

/// For how long the server tries to send a mail.
pub const TRIED_FOR: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// The most characters of what a mail server answered.
pub const ANSWER_LENGTH: usize = 300;

named! {
    /// What a mail is about.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum MailKind: "a kind of mail" {
        /// A link with which a member chooses how to sign in for the first time.
        Invitation = "invitation",
        /// A link with which a member chooses another password.
        NewPassword = "new_password",
        /// A host signed in from a network that is new.
        NewPlace = "new_place",
        /// A link with which a member confirms another email.
        ConfirmEmail = "confirm_email",
        /// Tells the email before that it was replaced.
        EmailChanged = "email_changed",
        /// A link with which a member links an account at a provider.
        LinkAccount = "link_account",
    }
}

/// The number of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailId(pub i64);

/// A mail to be sent.
#[derive(Clone, Debug)]
pub struct NewMail {
    pub member: MemberId,
    pub kind: MailKind,
    /// Where it goes, if that is not the member's email.
    pub address: Option<Email>,
    /// What else the text says: the place of a sign-in, the new email, the account that waits to be linked.
    pub detail: String,
}

/// By which sender a mail is being sent, so that no other sends it at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim(pub [u8; 16]);

/// A mail that one sender sends now.
#[derive(Clone, Debug)]
pub struct ClaimedMail {
    pub id: MailId,
    pub claim: Claim,
    /// To whom, as they are now.
    pub member: Member,
    pub kind: MailKind,
    /// Where it goes, if that is not the member's email.
    pub address: Option<Email>,
    pub detail: String,
    pub created_at: Timestamp,
    /// How many times it was tried, with this one.
    pub tries: u32,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailOutcome {
    /// A mail server took it.
    Sent,
    /// To be tried again from this time on.
    Later(Timestamp, String),
    /// No further attempt.
    Failed(String),
}

/// How many mails there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailCounts {
    pub waiting: u64,
    /// Sent within the last day.
    pub sent: u64,
    pub failed: u64,
}

/// A mail that could not be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedMail {
    pub member: Member,
    pub kind: MailKind,
    /// When the last attempt was made.
    pub at: Timestamp,
    /// What the mail server answered.
    pub answer: String,
}

/// When the next attempt is made after this many: soon at first, and every four hours in the end. Servers that want to see a
/// second attempt before they take a mail (greylisting) want it after some minutes.
pub fn next_attempt(tries: u32, at: Timestamp) -> Timestamp {
    const MINUTES: [u64; 6] = [1, 5, 15, 60, 120, 240];
    let index = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let minutes = MINUTES.get(index).unwrap_or(&240);
    at.plus(Duration::from_secs(minutes * 60))
}

/// The queue of mails.
#[async_trait]
pub trait Mails: Send + Sync {
    /// Queues mails in one transaction; how many there are. Left out are members who are suspended, have one of the kind and to the
    /// address that waits, or got [`MAILS_PER_HOUR`]. With `by` it is a host's act, which the audit trail names.
    async fn queue_mails(
        &self,
        mails: Vec<NewMail>,
        by: Option<&Actor>,
        at: Timestamp,
    ) -> Result<u64, StoreError>;

    /// The mail that waited longest, for this sender alone until `until`: should it stop, another sends the mail then.
    async fn claim_mail(
        &self,
        claim: Claim,
        at: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ClaimedMail>, StoreError>;

    /// Notes what became of a mail. Nothing changes if another sender has it by now.
    async fn settle_mail(
        &self,
        id: MailId,
        claim: Claim,
        outcome: MailOutcome,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// How many mails there are.
    async fn mail_counts(&self, at: Timestamp) -> Result<MailCounts, StoreError>;

    /// The newest `limit` that failed.
    async fn failed_mails(&self, limit: u32) -> Result<Vec<FailedMail>, StoreError>;

    /// Tries all that failed once more; how many there are.
    async fn retry_failed_mails(&self, by: &Actor, at: Timestamp) -> Result<u64, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_become_rarer_and_fit_into_two_days() {
        let start = Timestamp::from_millis(0);
        let (mut at, mut tries, mut pauses) = (start, 0, Vec::new());
        while at.since(start) < TRIED_FOR {
            tries += 1;
            let next = next_attempt(tries, at);
            pauses.push(next.since(at).as_secs() / 60);
            at = next;
        }
        assert_eq!(pauses[..6], [1, 5, 15, 60, 120, 240]);
        assert!((15..20).contains(&tries), "{tries}");
    }
}
