//! Signing in with an account at a provider: what is kept while the browser is there, and who the person is here.

mod by_mail;
mod journey;
mod judgement;

use std::net::IpAddr;
use std::sync::Arc;

use latchkey_domain::provider::{Person, Provider};
use latchkey_domain::{Actor, Clock, Member, MemberId, Randomness};
use latchkey_storage::providers::{Followed, Linking, NewLinkedAccount};
use latchkey_storage::{AddMember, PasswordHash, Store};

pub use self::by_mail::LinkByMail;
pub use self::journey::{Journey, Purpose, Started};
pub use self::judgement::{Judgement, Refusal};
use crate::{AccountError, Attempt, Passwords, SignIn};

/// What a sign-in at a provider led to.
pub enum Outcome {
    /// The person is a member: a session, or the second factor.
    Attempt(Attempt),
    /// Nothing changed.
    Refused(Refusal),
}

/// Signs members in with accounts at providers.
#[derive(Clone)]
pub struct ProviderSignIn {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    passwords: Passwords,
    sign_in: SignIn,
}

impl ProviderSignIn {
    /// Signs members of `store` in.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        passwords: Passwords,
        sign_in: SignIn,
    ) -> Self {
        Self {
            store,
            clock,
            randomness,
            passwords,
            sign_in,
        }
    }

    /// Signs in whoever `person` is here: a member who linked the account or is joined to it now, or somebody who becomes
    /// one. What the member follows of the provider is taken over.
    pub async fn sign_in(
        &self,
        provider: &Provider,
        person: &Person,
        origin: &Actor,
        from: (Option<IpAddr>, Option<String>),
    ) -> Result<Outcome, AccountError> {
        let now = self.clock.now();
        let account = account(provider, person);
        let (member, hash) = match self.judge(provider, person).await? {
            Judgement::Refused(refusal) => return Ok(Outcome::Refused(refusal)),
            Judgement::Linked(member, hash) => (member, hash),
            Judgement::Joins(member) => {
                let by = Actor {
                    member: Some(member.id),
                    ..origin.clone()
                };
                match self
                    .store
                    .link_account(member.id, account.clone(), &by, now)
                    .await?
                {
                    Linking::Done => {}
                    Linking::Taken | Linking::Unknown => {
                        return Ok(Outcome::Refused(Refusal::AnotherAccount(member.email)));
                    }
                }
                let hash = self.hash_of(&member).await?;
                let Some(hash) = hash else {
                    return Ok(Outcome::Refused(Refusal::NoMember));
                };
                (member, hash)
            }
            Judgement::BecomesMember { email, name } => {
                let new = AddMember {
                    email: email.clone(),
                    name,
                    role: latchkey_domain::Role::Member,
                    password: self.passwords.matches_nothing(),
                    can_sign_in: false,
                };
                let hash = new.password.clone();
                let added = self
                    .store
                    .add_member_of_provider(new, true, account.clone(), origin, now)
                    .await?;
                match added {
                    Some(member) => (member, hash),
                    // Somebody took the email at the same moment.
                    None => return Ok(Outcome::Refused(Refusal::LinkFirst(email))),
                }
            }
        };
        self.follow(provider, person, &member).await?;
        let member = self.store.member(member.id).await?.unwrap_or(member);
        let attempt = self.sign_in.with_provider(member, hash, origin, from).await?;
        Ok(attempt.map_or(Outcome::Refused(Refusal::Suspended), Outcome::Attempt))
    }

    /// Links the account of `person` to a member who is signed in.
    pub async fn link(
        &self,
        provider: &Provider,
        person: &Person,
        member: &Member,
        by: &Actor,
    ) -> Result<Result<(), Refusal>, AccountError> {
        let linked = self.store.member_of_account(provider.id, &person.subject).await?;
        if linked.is_some_and(|(linked, _)| linked.id == member.id) {
            return Ok(Ok(()));
        }
        let account = account(provider, person);
        let linking = self
            .store
            .link_account(member.id, account, by, self.clock.now())
            .await?;
        Ok(match linking {
            Linking::Done => Ok(()),
            Linking::Taken | Linking::Unknown => Err(Refusal::AlreadyLinked),
        })
    }

    async fn follow(
        &self,
        provider: &Provider,
        person: &Person,
        member: &Member,
    ) -> Result<(), AccountError> {
        let followed = if provider.spec.follows_profile {
            Followed {
                name: person.name.clone(),
                // The address of a host is the way to everything: nobody but a host changes it.
                email: judgement::verified_email(provider, person)
                    .filter(|_| !member.role.is_host())
                    .cloned(),
            }
        } else {
            Followed::default()
        };
        let account = account(provider, person);
        Ok(self
            .store
            .note_account_used(member.id, account, followed, self.clock.now())
            .await?)
    }

    async fn hash_of(&self, member: &Member) -> Result<Option<PasswordHash>, AccountError> {
        let credentials = self.store.credentials(&member.email).await?;
        Ok(credentials
            .filter(|(found, _)| found.id == member.id)
            .map(|(_, hash)| hash))
    }

    /// The member with this number, if they may act.
    pub async fn acting(&self, member: MemberId) -> Result<Option<Member>, AccountError> {
        let member = self.store.member(member).await?;
        Ok(member.filter(|member| !member.is_suspended()))
    }
}

/// The account of a person at a provider, as it is linked.
fn account(provider: &Provider, person: &Person) -> NewLinkedAccount {
    let email = person.email.as_ref().map(ToString::to_string);
    let name = || person.name.as_ref().map(ToString::to_string);
    NewLinkedAccount {
        provider: provider.id,
        subject: person.subject.clone(),
        label: email
            .or_else(name)
            .unwrap_or_else(|| person.subject.as_str().to_owned()),
    }
}

#[cfg(test)]
mod tests;
