//! Who is in the network: adding, changing and removing members.

use std::sync::Arc;

use latchkey_domain::member::NewPassword;
use latchkey_domain::{Actor, Clock, Email, Member, MemberName, PageRequest, Role};
use latchkey_storage::{AddMember, MemberChange, PasswordHash, PasswordSet, Store};

use crate::{AccountError, Passwords};

/// Members per read.
const BATCH: u32 = 500;

/// A member to add.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// The email that the member signs in with.
    pub email: Email,
    /// The name that others see.
    pub name: MemberName,
    /// The member's role.
    pub role: Role,
    /// The member's password.
    pub password: NewPassword,
}

/// The members. A network with a host keeps at least one.
#[derive(Clone)]
pub struct Roster {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
}

impl Roster {
    /// The members in `store`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, passwords: Passwords) -> Self {
        Self {
            store,
            clock,
            passwords,
        }
    }

    /// Every member, by name.
    pub async fn all(&self) -> Result<Vec<Member>, AccountError> {
        let mut members = Vec::new();
        for number in 1.. {
            let page = self.store.members(PageRequest::new(number, BATCH)).await?;
            let last = page.number >= page.pages();
            members.extend(page.items);
            if last {
                break;
            }
        }
        Ok(members)
    }

    /// Adds a member.
    pub async fn add(&self, new: NewMember, by: &Actor) -> Result<Member, AccountError> {
        let NewMember {
            email,
            name,
            role,
            password,
        } = new;
        let password = self.passwords.hash(&password).await?;
        let member = AddMember {
            email: email.clone(),
            name,
            role,
            password,
        };
        self.store
            .add_member(member, by, self.clock.now())
            .await?
            .ok_or(AccountError::EmailTaken(email))
    }

    /// Changes a member's role. Tokens follow at their next check: see [`latchkey_domain::effective_scopes`].
    pub async fn set_role(&self, email: &Email, role: Role, by: &Actor) -> Result<Member, AccountError> {
        let change = self.store.set_role(email, role, by, self.clock.now()).await?;
        changed(change, email)
    }

    /// Changes a member's password and ends the member's sessions. Unless `keep_apps` is set, it also disconnects the
    /// applications that the member authorized: someone who knew the old password may have authorized one.
    pub async fn set_password(
        &self,
        email: &Email,
        password: &NewPassword,
        keep_apps: bool,
        by: &Actor,
    ) -> Result<PasswordSet, AccountError> {
        let hash = self.passwords.hash(password).await?;
        self.store_password(email, hash, keep_apps, by).await
    }

    /// The same for the member's own change. Returns the hash of the new password, with which a session is opened in place
    /// of the one that ended.
    pub async fn change_password(
        &self,
        member: &Member,
        password: &NewPassword,
        keep_apps: bool,
        by: &Actor,
    ) -> Result<PasswordHash, AccountError> {
        let hash = self.passwords.hash(password).await?;
        self.store_password(&member.email, hash.clone(), keep_apps, by)
            .await?;
        Ok(hash)
    }

    async fn store_password(
        &self,
        email: &Email,
        hash: PasswordHash,
        keep_apps: bool,
        by: &Actor,
    ) -> Result<PasswordSet, AccountError> {
        self.store
            .set_password(email, hash, keep_apps, by, self.clock.now())
            .await?
            .ok_or_else(|| unknown(email))
    }

    /// Removes a member, with their sessions and grants.
    pub async fn remove(&self, email: &Email, by: &Actor) -> Result<Member, AccountError> {
        let change = self.store.remove_member(email, by, self.clock.now()).await?;
        changed(change, email)
    }
}

fn changed(change: MemberChange, email: &Email) -> Result<Member, AccountError> {
    match change {
        MemberChange::Done(member) => Ok(member),
        MemberChange::Unknown => Err(unknown(email)),
        MemberChange::LastHost => Err(AccountError::LastHost(email.clone())),
    }
}

fn unknown(email: &Email) -> AccountError {
    AccountError::NoSuchMember(email.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, new_password};

    async fn add(world: &World, email: &str, role: Role) -> Result<Member, AccountError> {
        let new = NewMember {
            email: email.parse().unwrap(),
            name: MemberName::parse("Ada Lovelace").unwrap(),
            role,
            password: new_password("correct horse"),
        };
        world.roster.add(new, &Actor::operator()).await
    }

    #[tokio::test]
    async fn an_email_is_taken_once() {
        let world = World::new().await;
        add(&world, "ada@example.com", Role::Member).await.unwrap();
        let error = add(&world, "ada@example.com", Role::Host).await.unwrap_err();
        assert!(matches!(error, AccountError::EmailTaken(_)));
    }

    #[tokio::test]
    async fn the_last_host_stays() {
        let world = World::new().await;
        let by = Actor::operator();
        let ada = add(&world, "ada@example.com", Role::Host).await.unwrap();
        add(&world, "bob@example.com", Role::Member).await.unwrap();
        for error in [
            world
                .roster
                .set_role(&ada.email, Role::Member, &by)
                .await
                .unwrap_err(),
            world.roster.remove(&ada.email, &by).await.unwrap_err(),
        ] {
            assert_eq!(
                error.to_string(),
                "ada@example.com is the only host: make someone else a host first"
            );
        }
        assert!(world.roster.set_role(&ada.email, Role::Host, &by).await.is_ok());

        world
            .roster
            .set_role(&"bob@example.com".parse().unwrap(), Role::Host, &by)
            .await
            .unwrap();
        world
            .roster
            .set_role(&ada.email, Role::Member, &by)
            .await
            .unwrap();
        world.roster.remove(&ada.email, &by).await.unwrap();
        assert_eq!(world.roster.all().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn who_is_not_there_is_named() {
        let world = World::new().await;
        let (nobody, by) = ("nobody@example.com".parse().unwrap(), Actor::operator());
        for error in [
            world.roster.set_role(&nobody, Role::Host, &by).await.unwrap_err(),
            world
                .roster
                .set_role(&nobody, Role::Member, &by)
                .await
                .unwrap_err(),
            world
                .roster
                .set_password(&nobody, &new_password("correct horse"), false, &by)
                .await
                .unwrap_err(),
            world.roster.remove(&nobody, &by).await.unwrap_err(),
        ] {
            assert!(
                error
                    .to_string()
                    .starts_with("there is no member with the email nobody@example.com"),
                "{error}"
            );
        }
    }

    #[tokio::test]
    async fn a_new_password_ends_the_sessions() {
        let world = World::new().await;
        let ada = world.member("ada@example.com").await;
        let opened = world.open(&ada).await;
        let set = world
            .roster
            .set_password(
                &ada.email,
                &new_password("another horse"),
                false,
                &Actor::operator(),
            )
            .await
            .unwrap();
        assert_eq!((set.sessions, set.applications), (1, 0));
        assert!(world.sessions.find(&opened.token).await.unwrap().is_none());
    }
}
