//! Members.

mod changes;
mod list;
pub(crate) mod row;

use async_trait::async_trait;
use latchkey_domain::{
    Actor, Email, ListedMember, Member, MemberId, MemberName, MembersQuery, Page, PageRequest, Role,
    Timestamp,
};
use latchkey_storage::providers::WaysIn;
use latchkey_storage::{
    AddMember, EmailChange, MemberChange, Members, PasswordHash, PasswordSet, SetPassword, StoreError,
};

pub(crate) use self::changes::{add, set_email, set_name, set_password, set_picture};
use self::changes::{add_all, remove, set_role, set_suspended};
use self::list::{one_listed, page};
use self::row::{columns, read, with_email};
use crate::Isolation::RowLocked;
use crate::folding::left_over;
use crate::{Database, SqlStore, Statements, params, rows};

async fn by_id(db: &dyn Statements, id: MemberId) -> Result<Option<Member>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM members m WHERE m.id = ?1");
    rows::first(db, sql, params![id.0], read).await
}

async fn by_email(db: &dyn Statements, email: &Email) -> Result<Option<Member>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM members m ", with_email!("m"));
    let [typed, form] = email.spellings();
    rows::first(db, sql, params![typed, form], read).await
}

async fn credentials(
    db: &dyn Statements,
    email: &Email,
) -> Result<Option<(Member, PasswordHash)>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", m.password_hash FROM members m ",
        with_email!("m")
    );
    let [typed, form] = email.spellings();
    rows::first(db, sql, params![typed, form], |columns| {
        Ok((read(columns)?, PasswordHash(columns.get("password_hash")?)))
    })
    .await
}

/// With what a member can sign in; with nothing if there is none.
pub(crate) async fn ways_in(db: &dyn Statements, id: MemberId) -> Result<WaysIn, StoreError> {
    let sql = "SELECT m.has_password, (SELECT count(*) FROM passkeys k WHERE k.member_id = m.id), \
               (SELECT count(*) FROM linked_accounts l WHERE l.member_id = m.id) FROM members m WHERE m.id = ?1";
    let ways = rows::first(db, sql, params![id.0], |columns| {
        columns.table("members");
        let has_password = columns.get("has_password")?;
        let mut count = |column| {
            columns
                .get::<i64>(column)
                .map(|count| u64::try_from(count).unwrap_or(0))
        };
        Ok(WaysIn {
            has_password,
            passkeys: count("passkeys")?,
            accounts: count("accounts")?,
        })
    })
    .await?;
    Ok(ways.unwrap_or_default())
}

/// Notes whether members can sign in, after a way in came or went.
pub(crate) async fn count_ways_in(db: &dyn Statements, ids: &[MemberId]) -> Result<(), StoreError> {
    let sql = "UPDATE members SET can_sign_in = has_password \
               OR EXISTS (SELECT 1 FROM passkeys k WHERE k.member_id = members.id) \
               OR EXISTS (SELECT 1 FROM linked_accounts l WHERE l.member_id = members.id) WHERE id = ANY(?1)";
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    db.execute(sql, params![ids]).await.map(|_| ())
}

/// Whether there is a host.
pub(crate) async fn has_host(db: &dyn Statements) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM members WHERE role = 'host')";
    rows::exists(db, sql, &[]).await
}

/// Notes that a member was here, to the minute, so that it is seldom a write.
pub(crate) async fn note_visit(
    db: &dyn Statements,
    member: MemberId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE members SET last_active_at = ?2 WHERE id = ?1 AND last_active_at <= ?2 - 60000";
    db.execute(sql, params![member.0, at]).await.map(|_| ())
}

async fn emails_in_another_form(db: &dyn Statements) -> Result<Vec<(Email, Email)>, StoreError> {
    let sql = "SELECT email FROM members WHERE octet_length(email) <> length(email) ORDER BY id";
    let stored = rows::all(db, sql, &[], |columns| columns.table("members").get("email"));
    stored.await.map(left_over)
}

#[async_trait]
impl<D: Database> Members for SqlStore<D> {
    async fn member(&self, id: MemberId) -> Result<Option<Member>, StoreError> {
        self.look_up(id, |db, id| Box::pin(by_id(db, *id))).await
    }

    async fn member_by_email(&self, email: &Email) -> Result<Option<Member>, StoreError> {
        self.look_up(email, |db, email| Box::pin(by_email(db, email)))
            .await
    }

    async fn credentials(&self, email: &Email) -> Result<Option<(Member, PasswordHash)>, StoreError> {
        self.look_up(email, |db, email| Box::pin(credentials(db, email)))
            .await
    }

    async fn members(
        &self,
        query: MembersQuery,
        wanted: PageRequest,
        at: Timestamp,
    ) -> Result<Page<ListedMember>, StoreError> {
        self.snapshot((query, wanted, at), |db, (query, wanted, at)| {
            Box::pin(page(db, query, *wanted, *at))
        })
        .await
    }

    async fn listed_member(&self, id: MemberId, at: Timestamp) -> Result<Option<ListedMember>, StoreError> {
        self.look_up((id, at), |db, (id, at)| Box::pin(one_listed(db, *id, *at)))
            .await
    }

    async fn emails_in_another_form(&self) -> Result<Vec<(Email, Email)>, StoreError> {
        self.scan((), |db, ()| Box::pin(emails_in_another_form(db))).await
    }

    async fn has_host(&self) -> Result<bool, StoreError> {
        self.look_up((), |db, ()| Box::pin(has_host(db))).await
    }

    async fn add_member(
        &self,
        member: AddMember,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError> {
        let args = (member, by.clone(), at);
        self.write(RowLocked, args, |db, (member, by, at)| {
            Box::pin(add(db, member, (by, *at)))
        })
        .await
    }

    async fn add_members(
        &self,
        members: Vec<AddMember>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Vec<Member>, StoreError> {
        let args = (members, by.clone(), at);
        self.write(RowLocked, args, |db, (members, by, at)| {
            Box::pin(add_all(db, members, (by, *at)))
        })
        .await
    }

    async fn set_role(
        &self,
        email: &Email,
        role: Role,
        by: &Actor,
        at: Timestamp,
    ) -> Result<MemberChange, StoreError> {
        let args = (email.clone(), role, by.clone(), at);
        self.write(RowLocked, args, |db, (email, role, by, at)| {
            Box::pin(set_role(db, email, *role, (by, *at)))
        })
        .await
    }

    async fn set_password(
        &self,
        email: &Email,
        password: SetPassword,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<PasswordSet>, StoreError> {
        let args = (email.clone(), password, by.clone(), at);
        self.write(RowLocked, args, |db, (email, password, by, at)| {
            Box::pin(set_password(db, email, password, (by, *at)))
        })
        .await
    }

    async fn set_name(
        &self,
        member: MemberId,
        name: MemberName,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError> {
        let args = (member, name, by.clone(), at);
        self.write(RowLocked, args, |db, (member, name, by, at)| {
            Box::pin(set_name(db, *member, name, (by, *at)))
        })
        .await
    }

    async fn set_email(
        &self,
        email: &Email,
        new: &Email,
        by: &Actor,
        at: Timestamp,
    ) -> Result<EmailChange, StoreError> {
        let args = (email.clone(), new.clone(), by.clone(), at);
        self.write(RowLocked, args, |db, (email, new, by, at)| {
            Box::pin(set_email(db, email, new, false, (by, *at)))
        })
        .await
    }

    async fn set_suspended(
        &self,
        email: &Email,
        suspended: bool,
        by: &Actor,
        at: Timestamp,
    ) -> Result<MemberChange, StoreError> {
        let args = (email.clone(), suspended, by.clone(), at);
        self.write(RowLocked, args, |db, (email, suspended, by, at)| {
            Box::pin(set_suspended(db, email, *suspended, (by, *at)))
        })
        .await
    }

    async fn remove_member(
        &self,
        email: &Email,
        by: &Actor,
        at: Timestamp,
    ) -> Result<MemberChange, StoreError> {
        let args = (email.clone(), by.clone(), at);
        self.write(RowLocked, args, |db, (email, by, at)| {
            Box::pin(remove(db, email, (by, *at)))
        })
        .await
    }
}
