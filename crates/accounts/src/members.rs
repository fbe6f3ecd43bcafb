//! Who is in the network: adding, changing and removing members.

use std::sync::Arc;

use latchkey_domain::member::NewPassword;
use latchkey_domain::{
    Actor, Clock, Email, ListedMember, Member, MemberId, MemberName, MembersQuery, Page, PageRequest, Role,
};
use latchkey_storage::{
    AddMember, EmailChange, MemberChange, PasswordHash, PasswordSet, SessionId, SetPassword, Store,
};

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
    /// The member's password. `None`: a link lets the member choose one.
    pub password: Option<NewPassword>,
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
    pub async fn all(&self) -> Result<Vec<ListedMember>, AccountError> {
        let mut members = Vec::new();
        for number in 1.. {
            let page = PageRequest::new(number, BATCH);
            let page = self.page(MembersQuery::default(), page).await?;
            let last = page.number >= page.pages();
            members.extend(page.items);
            if last {
                break;
            }
        }
        Ok(members)
    }

    /// A page of the members that `query` asks for, by name.
    pub async fn page(
        &self,
        query: MembersQuery,
        page: PageRequest,
    ) -> Result<Page<ListedMember>, AccountError> {
        Ok(self.store.members(query, page, self.clock.now()).await?)
    }

    /// The member with this number.
    pub async fn find(&self, id: MemberId) -> Result<Option<ListedMember>, AccountError> {
        Ok(self.store.listed_member(id, self.clock.now()).await?)
    }

    /// The members with these emails, each once; an error for the first who is not there.
    pub async fn find_all(&self, emails: &[Email]) -> Result<Vec<Member>, AccountError> {
        let mut members: Vec<Member> = Vec::with_capacity(emails.len());
        for email in emails {
            let found = self.store.member_by_email(email).await?;
            let member = found.ok_or_else(|| unknown(email))?;
            // Two spellings of an email are one member.
            if !members.iter().any(|other| other.id == member.id) {
                members.push(member);
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
        let can_sign_in = password.is_some();
        let password = match password {
            Some(password) => self.passwords.hash(&password).await?,
            None => self.passwords.matches_nothing(),
        };
        let member = AddMember {
            email: email.clone(),
            name,
            role,
            password,
            can_sign_in,
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
        let password = SetPassword {
            keep_apps,
            ..SetPassword::of(self.passwords.hash(password).await?)
        };
        self.store
            .set_password(email, password, by, self.clock.now())
            .await?
            .ok_or_else(|| unknown(email))
    }

    /// The same for the member's own change, after `current` was [checked](crate::SignIn::confirm). Returns the hash of the
    /// new password, with which a session is opened in place of the one that ended. `None`, and nothing changed, if the
    /// password is not `current` any more.
    pub async fn change_password(
        &self,
        member: &Member,
        current: PasswordHash,
        password: &NewPassword,
        keep_apps: bool,
        by: &Actor,
    ) -> Result<Option<PasswordHash>, AccountError> {
        let hash = self.passwords.hash(password).await?;
        let password = SetPassword {
            hash: hash.clone(),
            replaces: Some(current),
            keep_apps,
        };
        let now = self.clock.now();
        let set = self.store.set_password(&member.email, password, by, now).await?;
        Ok(set.map(|_| hash))
    }

    /// Changes the name that others see.
    pub async fn set_name(
        &self,
        member: &Member,
        name: MemberName,
        by: &Actor,
    ) -> Result<Member, AccountError> {
        let now = self.clock.now();
        let renamed = self.store.set_name(member.id, name, by, now).await?;
        renamed.ok_or_else(|| unknown(&member.email))
    }

    /// Changes a member's email without asking the address.
    pub async fn set_email(&self, email: &Email, new: &Email, by: &Actor) -> Result<Member, AccountError> {
        match self.store.set_email(email, new, by, self.clock.now()).await? {
            EmailChange::Done(member, _) => Ok(member),
            EmailChange::Unknown => Err(unknown(email)),
            EmailChange::Taken => Err(AccountError::EmailTaken(new.clone())),
        }
    }

    /// Keeps a member out, or lets them in again. Tokens follow at their next check.
    pub async fn set_suspended(
        &self,
        email: &Email,
        suspended: bool,
        by: &Actor,
    ) -> Result<Member, AccountError> {
        let now = self.clock.now();
        let change = self.store.set_suspended(email, suspended, by, now).await?;
        changed(change, email)
    }

    /// Ends a session of a member, or all of them; how many there were.
    pub async fn end_sessions(
        &self,
        member: MemberId,
        which: Option<SessionId>,
        by: &Actor,
    ) -> Result<u64, AccountError> {
        Ok(self
            .store
            .end_sessions(member, which, by, self.clock.now())
            .await?)
    }

    /// The same for all sessions of the member with this email.
    pub async fn end_all_sessions(&self, email: &Email, by: &Actor) -> Result<u64, AccountError> {
        let member = self.store.member_by_email(email).await?;
        let member = member.ok_or_else(|| unknown(email))?;
        self.end_sessions(member.id, None, by).await
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
        MemberChange::Yourself => Err(AccountError::Yourself),
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
            password: Some(new_password("correct horse")),
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
