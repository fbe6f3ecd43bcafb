//! Links with which a member chooses how to sign in.

pub(crate) mod end;

use async_trait::async_trait;
use latchkey_domain::{Actor, Email, Member, Timestamp};

use self::end::end_links_of;
use crate::Isolation::{RowLocked, Statement};
use crate::members::row as member;
use crate::{Database, SqlStore, Statements, audit, members, params, passkeys, rows};
use latchkey_storage::sign_in_links::{LinkKey, NewSignInLink, SignInLinks};
use latchkey_storage::{
    AuditAction, EmailChange, LinkPurpose, NewPasskey, PasswordHash, PasswordSet, SetPassword, StoreError,
};

async fn add(
    db: &dyn Statements,
    links: &[NewSignInLink],
    about: &str,
    (by, at): (&Actor, Timestamp),
) -> Result<(), StoreError> {
    audit::write_if_allowed(db, (by, at), AuditAction::MemberInvited, about, "").await?;
    for link in links {
        insert(db, link, at).await?;
    }
    Ok(())
}

/// Stores a link in place of an earlier one that went the same way.
async fn insert(db: &dyn Statements, link: &NewSignInLink, at: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO sign_in_links (key, member_id, created_at, expires_at, purpose, new_email) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (member_id, purpose) DO UPDATE SET key = excluded.key, \
               created_at = excluded.created_at, expires_at = excluded.expires_at, new_email = excluded.new_email";
    let new_email = link.purpose.new_email().map(Email::as_str);
    let params = params![
        &link.key.0,
        link.member.0,
        at,
        link.expires_at,
        link.purpose.id(),
        new_email
    ];
    db.execute(sql, params).await.map(|_| ())
}

async fn member_of(db: &dyn Statements, key: LinkKey, at: Timestamp) -> Result<Option<Member>, StoreError> {
    let sql = concat!(
        "SELECT ",
        member::columns!(),
        " FROM sign_in_links l JOIN members m ON m.id = l.member_id WHERE l.key = ?1 AND l.expires_at > ?2 \
         AND m.suspended_at IS NULL AND l.new_email IS NULL"
    );
    rows::first(db, sql, params![&key.0, at], member::read).await
}

async fn email_of(
    db: &dyn Statements,
    key: LinkKey,
    at: Timestamp,
) -> Result<Option<(Member, Email)>, StoreError> {
    let sql = concat!(
        "SELECT ",
        member::columns!(),
        ", l.new_email FROM sign_in_links l JOIN members m ON m.id = l.member_id WHERE l.key = ?1 \
         AND l.expires_at > ?2 AND m.suspended_at IS NULL AND l.new_email IS NOT NULL"
    );
    rows::first(db, sql, params![&key.0, at], |columns| {
        let member = member::read(columns)?;
        Ok((member, columns.parsed("new_email", Email::stored)?))
    })
    .await
}

/// Locks the member first, as above.
async fn use_up_for_email(
    db: &dyn Statements,
    key: LinkKey,
    (origin, at): (&Actor, Timestamp),
) -> Result<EmailChange, StoreError> {
    let Some((member, new)) = email_of(db, key, at).await? else {
        return Ok(EmailChange::Unknown);
    };
    member::locked(db, &member.email).await?;
    let sql = "SELECT EXISTS (SELECT 1 FROM sign_in_links WHERE key = ?1)";
    if !rows::exists(db, sql, params![&key.0]).await? {
        return Ok(EmailChange::Unknown);
    }
    let by = Actor {
        member: Some(member.id),
        ..origin.clone()
    };
    members::set_email(db, &member.email, &new, true, (&by, at)).await
}

/// Ends the link, and says whose it was, and as whom that member acts.
///
/// Locks the member first, as all that changes a member does. Of two who use the link at once, the second waits, and then
/// finds none.
async fn take(
    db: &dyn Statements,
    key: LinkKey,
    (origin, at): (&Actor, Timestamp),
) -> Result<Option<(Member, Actor)>, StoreError> {
    let Some(member) = member_of(db, key, at).await? else {
        return Ok(None);
    };
    member::locked(db, &member.email).await?;
    let sql = "DELETE FROM sign_in_links WHERE key = ?1 RETURNING purpose";
    let used = rows::first(db, sql, params![&key.0], |columns| {
        columns.table("sign_in_links").get::<String>("purpose")
    })
    .await?;
    let Some(purpose) = used else {
        return Ok(None);
    };
    if purpose == LinkPurpose::ByMail.id() {
        let sql = "UPDATE members SET email_verified = [[TRUE|1]] WHERE id = ?1";
        db.execute(sql, params![member.id.0]).await?;
    }
    let by = Actor {
        member: Some(member.id),
        ..origin.clone()
    };
    Ok(Some((member, by)))
}

/// The same, with a passkey.
async fn use_up_for_passkey(
    db: &dyn Statements,
    key: LinkKey,
    passkey: &NewPasskey,
    (origin, at): (&Actor, Timestamp),
) -> Result<Option<Member>, StoreError> {
    let Some(member) = member_of(db, key, at).await? else {
        return Ok(None);
    };
    if member.id != passkey.member || !passkeys::may_add(db, passkey).await? {
        return Ok(None);
    }
    let Some((member, by)) = take(db, key, (origin, at)).await? else {
        return Ok(None);
    };
    if !passkeys::add(db, passkey, (&by, at)).await? {
        return Ok(None);
    }
    end_links_of(db, member.id).await?;
    let sql = "UPDATE members SET can_sign_in = [[TRUE|1]] WHERE id = ?1";
    db.execute(sql, params![member.id.0]).await?;
    let sql = "DELETE FROM sessions WHERE member_id = ?1";
    db.execute(sql, params![member.id.0]).await?;
    Ok(Some(member))
}

async fn use_up(
    db: &dyn Statements,
    key: LinkKey,
    password: &PasswordHash,
    (origin, at): (&Actor, Timestamp),
) -> Result<Option<PasswordSet>, StoreError> {
    let Some((member, by)) = take(db, key, (origin, at)).await? else {
        return Ok(None);
    };
    members::set_password(db, &member.email, &SetPassword::of(password.clone()), (&by, at)).await
}

async fn without_sign_in(db: &dyn Statements, again: bool, at: Timestamp) -> Result<Vec<Member>, StoreError> {
    let sql = concat!(
        "SELECT ",
        member::columns!(),
        " FROM members m WHERE NOT m.can_sign_in AND m.suspended_at IS NULL AND (?1 OR NOT EXISTS \
         (SELECT 1 FROM sign_in_links l WHERE l.member_id = m.id AND l.expires_at > ?2)) ORDER BY m.id"
    );
    rows::all(db, sql, params![again, at], member::read).await
}

#[async_trait]
impl<D: Database> SignInLinks for SqlStore<D> {
    async fn add_links(
        &self,
        links: Vec<NewSignInLink>,
        about: String,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let args = (links, about, by.clone(), at);
        self.write(RowLocked, args, |db, (links, about, by, at)| {
            Box::pin(add(db, links, about, (by, *at)))
        })
        .await
    }

    async fn add_mailed_link(&self, link: NewSignInLink, at: Timestamp) -> Result<(), StoreError> {
        self.write(Statement, (link, at), |db, (link, at)| {
            Box::pin(insert(db, link, *at))
        })
        .await
    }

    async fn member_of_link(&self, key: LinkKey, at: Timestamp) -> Result<Option<Member>, StoreError> {
        self.look_up((key, at), |db, (key, at)| Box::pin(member_of(db, *key, *at)))
            .await
    }

    async fn use_link(
        &self,
        key: LinkKey,
        password: PasswordHash,
        origin: &Actor,
        at: Timestamp,
    ) -> Result<Option<PasswordSet>, StoreError> {
        let args = (key, password, origin.clone(), at);
        self.write(RowLocked, args, |db, (key, password, origin, at)| {
            Box::pin(use_up(db, *key, password, (origin, *at)))
        })
        .await
    }

    async fn use_link_for_passkey(
        &self,
        key: LinkKey,
        passkey: NewPasskey,
        origin: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError> {
        let args = (key, passkey, origin.clone(), at);
        self.write(RowLocked, args, |db, (key, passkey, origin, at)| {
            Box::pin(use_up_for_passkey(db, *key, passkey, (origin, *at)))
        })
        .await
    }

    async fn email_of_link(
        &self,
        key: LinkKey,
        at: Timestamp,
    ) -> Result<Option<(Member, Email)>, StoreError> {
        self.look_up((key, at), |db, (key, at)| Box::pin(email_of(db, *key, *at)))
            .await
    }

    async fn use_email_link(
        &self,
        key: LinkKey,
        origin: &Actor,
        at: Timestamp,
    ) -> Result<EmailChange, StoreError> {
        let args = (key, origin.clone(), at);
        self.write(RowLocked, args, |db, (key, origin, at)| {
            Box::pin(use_up_for_email(db, *key, (origin, *at)))
        })
        .await
    }

    async fn members_without_sign_in(&self, again: bool, at: Timestamp) -> Result<Vec<Member>, StoreError> {
        self.scan((again, at), |db, (again, at)| {
            Box::pin(without_sign_in(db, *again, *at))
        })
        .await
    }
}
