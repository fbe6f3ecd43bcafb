//! Who a person from a provider is here.

use latchkey_domain::provider::{Person, Provider};
use latchkey_domain::{Email, Member, MemberName};
use latchkey_storage::PasswordHash;
use thiserror::Error;

use super::ProviderSignIn;
use crate::AccountError;

/// Who a person is here, and what a sign-in would do.
#[derive(Clone, Debug)]
pub enum Judgement {
    /// A member who has linked the account; the password hash, to open a session with.
    Linked(Member, PasswordHash),
    /// A member with the same verified email, to whom the account would be linked.
    Joins(Member),
    /// Nobody yet: the person would become a member.
    BecomesMember {
        /// The verified address.
        email: Email,
        /// What others see.
        name: MemberName,
    },
    /// Nobody who may sign in so.
    Refused(Refusal),
}

/// Why a person from a provider is not signed in. The message is for hosts.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// A host suspended the member.
    #[error("the member is suspended: let them in again under Members first")]
    Suspended,
    /// Nobody has linked the account, and without an address nobody is found.
    #[error("the provider gave no email address: ask for it with a scope, or say where it is in the answer")]
    NoEmail,
    /// The address may be somebody else's.
    #[error(
        "no member has linked this account, and the provider does not say that {0} was verified: \
         if it verifies every address, tick that in its settings"
    )]
    EmailUnverified(Email),
    /// A member with this address has to prove who they are first.
    #[error("{0} has an account here already: the member has to sign in first and link this account")]
    LinkFirst(Email),
    /// A member has one account of each provider.
    #[error("{0} has linked another account of this provider: the member has to unlink that one first")]
    AnotherAccount(Email),
    /// The same, for who is signed in.
    #[error(
        "the account is linked to another member, or the member has linked another account of this provider"
    )]
    AlreadyLinked,
    /// Nobody is found, and new people stay out.
    #[error("no member has this account or email, and new people do not become members by this provider")]
    NoMember,
}

/// The email, if the provider says or the host knows that it was verified.
pub(super) fn verified_email<'a>(provider: &Provider, person: &'a Person) -> Option<&'a Email> {
    person
        .email
        .as_ref()
        .filter(|_| person.email_verified || provider.spec.verifies_emails)
}

/// The name of somebody who becomes a member: the provider's, or what is before the @ of the email.
fn name_of(person: &Person, email: &Email) -> Option<MemberName> {
    let local = email.as_str().split('@').next().unwrap_or_default();
    person.name.clone().or_else(|| MemberName::parse(local).ok())
}

impl ProviderSignIn {
    /// Who `person` is here. Nothing is changed.
    ///
    /// A person is known by the provider and its id. An email joins them to a member only if it was verified, and never to a
    /// host: who has a host's address at some provider would have the network. Nobody becomes a member with an address that
    /// was not verified either: it may be somebody else's, who would later be joined to that member.
    pub async fn judge(&self, provider: &Provider, person: &Person) -> Result<Judgement, AccountError> {
        let linked = self.store.member_of_account(provider.id, &person.subject).await?;
        if let Some((member, hash)) = linked {
            return Ok(if member.is_suspended() {
                Judgement::Refused(Refusal::Suspended)
            } else {
                Judgement::Linked(member, hash)
            });
        }
        let Some(email) = &person.email else {
            return Ok(Judgement::Refused(Refusal::NoEmail));
        };
        if verified_email(provider, person).is_none() {
            // Whether it is a member's is nobody's business but that member's.
            return Ok(Judgement::Refused(Refusal::EmailUnverified(email.clone())));
        }
        let judgement = match self.store.member_by_email(email).await? {
            Some(member) if member.role.is_host() => Judgement::Refused(Refusal::LinkFirst(email.clone())),
            Some(member) if member.is_suspended() => Judgement::Refused(Refusal::Suspended),
            Some(member) => {
                let accounts = self.store.linked_accounts(member.id).await?;
                if accounts.iter().any(|account| account.provider.id == provider.id) {
                    Judgement::Refused(Refusal::AnotherAccount(email.clone()))
                } else {
                    Judgement::Joins(member)
                }
            }
            None if !provider.spec.admits_new_people => Judgement::Refused(Refusal::NoMember),
            None => match name_of(person, email) {
                Some(name) => Judgement::BecomesMember {
                    email: email.clone(),
                    name,
                },
                None => Judgement::Refused(Refusal::NoMember),
            },
        };
        Ok(judgement)
    }
}
