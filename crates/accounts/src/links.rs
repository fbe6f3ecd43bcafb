//! Links with which a member chooses how to sign in.
//!
//! A link holds 32 random bytes and the database only their SHA-256. A member has one link at most, and it works once: it
//! ends with the password that is chosen, and with a change of the role.

use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::member::NewPassword;
use latchkey_domain::random::{is_random_token, random_token};
use latchkey_domain::{Actor, Clock, Email, Member, MemberId, Randomness, Timestamp};
use latchkey_storage::sign_in_links::invited_detail;
use latchkey_storage::{EmailChange, LinkKey, LinkPurpose, NewSignInLink, PasswordHash, Store, StoreError};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{AccountError, Passwords};

/// How long a link works.
pub const LINK_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What a link holds: 43 characters of URL-safe base64. It is never printed but in the link, and its memory is wiped.
#[derive(Clone)]
pub struct LinkToken(Zeroizing<String>);

impl LinkToken {
    /// Parses what a link holds; `None` if it has the wrong form.
    pub fn parse(text: &str) -> Option<Self> {
        is_random_token(text).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The token, for the link only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn key(&self) -> LinkKey {
        LinkKey(Sha256::digest(self.0.as_bytes()).into())
    }
}

/// A member and the link for them.
pub struct Invitation {
    /// Who is invited.
    pub member: Member,
    /// What the link holds.
    pub token: LinkToken,
}

/// Makes and uses links.
#[derive(Clone)]
pub struct SignInLinks {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    passwords: Passwords,
}

impl SignInLinks {
    /// Keeps the links in `store`.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        passwords: Passwords,
    ) -> Self {
        Self {
            store,
            clock,
            randomness,
            passwords,
        }
    }

    /// A link for each of these members. Fails if one is suspended.
    pub async fn invite(&self, members: Vec<Member>, by: &Actor) -> Result<Vec<Invitation>, AccountError> {
        if let Some(member) = members.iter().find(|member| member.is_suspended()) {
            return Err(AccountError::MemberSuspended(member.email.clone()));
        }
        let about = match members.as_slice() {
            [] => return Ok(Vec::new()),
            [member] => member.email.to_string(),
            members => invited_detail(members.len()),
        };
        let now = self.clock.now();
        let invitations: Vec<_> = members
            .into_iter()
            .map(|member| Invitation {
                member,
                token: self.token(),
            })
            .collect();
        let links = invitations.iter().map(|invitation| NewSignInLink {
            key: invitation.token.key(),
            member: invitation.member.id,
            expires_at: now.plus(LINK_LIFETIME),
            purpose: LinkPurpose::ByHand,
        });
        self.store.add_links(links.collect(), about, by, now).await?;
        Ok(invitations)
    }

    /// A link for each member who has never chosen how to sign in. With `again` those who have a link that works get another,
    /// and the one before ends.
    pub async fn invite_all(&self, again: bool, by: &Actor) -> Result<Vec<Invitation>, AccountError> {
        let members = self
            .store
            .members_without_sign_in(again, self.clock.now())
            .await?;
        self.invite(members, by).await
    }

    /// A link that is about to be mailed to the member, in place of the one mailed before.
    pub async fn for_mail(
        &self,
        member: MemberId,
        purpose: LinkPurpose,
        lifetime: Duration,
    ) -> Result<LinkToken, StoreError> {
        let now = self.clock.now();
        let token = self.token();
        let link = NewSignInLink {
            key: token.key(),
            member,
            expires_at: now.plus(lifetime),
            purpose,
        };
        self.store.add_mailed_link(link, now).await?;
        Ok(token)
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn token(&self) -> LinkToken {
        LinkToken(Zeroizing::new(random_token(self.randomness.as_ref())))
    }

    /// Whose link it is. Looking at it does not use it up: mail scanners open links.
    pub async fn find(&self, token: &LinkToken) -> Result<Member, AccountError> {
        let member = self.store.member_of_link(token.key(), self.clock.now()).await?;
        member.ok_or(AccountError::LinkOver)
    }

    /// Whose link for an email it is, and that email.
    pub async fn find_email(&self, token: &LinkToken) -> Result<(Member, Email), AccountError> {
        let found = self.store.email_of_link(token.key(), self.clock.now()).await?;
        found.ok_or(AccountError::LinkOver)
    }

    /// Uses a link for an email up. Returns the member as they are now.
    pub async fn confirm_email(&self, token: &LinkToken, origin: &Actor) -> Result<Member, AccountError> {
        let (_, email) = self.find_email(token).await?;
        let now = self.clock.now();
        match self.store.use_email_link(token.key(), origin, now).await? {
            EmailChange::Done(member, _) => Ok(member),
            EmailChange::Unknown => Err(AccountError::LinkOver),
            EmailChange::Taken => Err(AccountError::EmailTaken(email)),
        }
    }

    /// Uses the link up: sets the member's password and ends all sessions. Returns the hash, to open a session with.
    /// `origin` is the actor's address and request; the member is the actor.
    pub async fn choose_password(
        &self,
        token: &LinkToken,
        password: &NewPassword,
        origin: &Actor,
    ) -> Result<(Member, PasswordHash), AccountError> {
        // A stranger without a link causes no hashing.
        self.find(token).await?;
        let hash = self.passwords.hash(password).await?;
        let set = self
            .store
            .use_link(token.key(), hash.clone(), origin, self.clock.now())
            .await?;
        let set = set.ok_or(AccountError::LinkOver)?;
        Ok((set.member, hash))
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::Role;

    use super::*;
    use crate::testing::{World, new_password};

    async fn link(world: &World, email: &str) -> LinkToken {
        let members = world.roster.find_all(&[email.parse().unwrap()]).await.unwrap();
        let mut links = world.links.invite(members, &Actor::operator()).await.unwrap();
        links.remove(0).token
    }

    async fn choose(world: &World, token: &LinkToken, password: &str) -> Result<Member, AccountError> {
        let password = new_password(password);
        let chosen = world
            .links
            .choose_password(token, &password, &Actor::operator())
            .await;
        chosen.map(|(member, _)| member)
    }

    #[tokio::test]
    async fn a_link_works_once_and_looking_at_it_is_not_using_it() {
        for world in World::of_each_kind().await {
            let ada = world.member("ada@example.com").await;
            let before = world.open(&ada).await;
            let token = link(&world, "ada@example.com").await;
            for _ in 0..2 {
                assert_eq!(world.links.find(&token).await.unwrap(), ada);
            }
            assert_eq!(choose(&world, &token, "a river in the hills").await.unwrap(), ada);
            assert!(world.sessions.find(&before.token).await.unwrap().is_none());
            for over in [
                world.links.find(&token).await,
                choose(&world, &token, "another river").await,
            ] {
                assert!(matches!(over, Err(AccountError::LinkOver)));
            }
        }
    }

    #[tokio::test]
    async fn two_at_once_choose_one_password() {
        for world in World::of_each_kind().await {
            world.member("ada@example.com").await;
            let token = link(&world, "ada@example.com").await;
            let (one, other) = tokio::join!(
                choose(&world, &token, "a river in the hills"),
                choose(&world, &token, "another river")
            );
            assert_eq!([&one, &other].iter().filter(|chosen| chosen.is_ok()).count(), 1);
        }
    }

    #[tokio::test]
    async fn a_link_ends_with_time_a_newer_one_a_password_a_role_and_the_member() {
        for world in World::of_each_kind().await {
            let by = Actor::operator();
            let ada = world.member("ada@example.com").await;
            let over = async |token: &LinkToken| {
                matches!(world.links.find(token).await, Err(AccountError::LinkOver))
            };
            let first = link(&world, "ada@example.com").await;
            let second = link(&world, "ADA@example.com").await;
            assert!(over(&first).await && !over(&second).await);

            let password = new_password("a river in the hills");
            let roster = &world.roster;
            roster
                .set_password(&ada.email, &password, false, &by)
                .await
                .unwrap();
            assert!(over(&second).await);

            let third = link(&world, "ada@example.com").await;
            roster.set_role(&ada.email, Role::Moderator, &by).await.unwrap();
            assert!(over(&third).await);

            let fourth = link(&world, "ada@example.com").await;
            world.clock.advance(LINK_LIFETIME);
            assert!(over(&fourth).await);

            let fifth = link(&world, "ada@example.com").await;
            roster.remove(&ada.email, &by).await.unwrap();
            assert!(over(&fifth).await);
        }
    }

    #[tokio::test]
    async fn who_is_not_there_gets_none_and_nor_does_anyone_else() {
        let world = World::new().await;
        world.member("ada@example.com").await;
        let emails = ["ada@example.com", "nobody@example.com"].map(|email| email.parse().unwrap());
        let error = world.roster.find_all(&emails).await;
        assert!(matches!(error, Err(AccountError::NoSuchMember(_))));
        // All who were added have a password.
        assert!(
            world
                .links
                .invite_all(true, &Actor::operator())
                .await
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn what_is_no_token_is_not_looked_up() {
        assert!(LinkToken::parse(&"A".repeat(43)).is_some());
        for text in ["", "A", &"A".repeat(44), &"=".repeat(43)] {
            assert!(LinkToken::parse(text).is_none(), "{text}");
        }
    }
}
