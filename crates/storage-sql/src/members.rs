//! Members.

use std::fmt::Write as _;

use async_trait::async_trait;
use latchkey_domain::text::fold;
use latchkey_domain::{
    Actor, Email, ListedMember, Member, MemberId, MemberName, MemberState, MembersQuery, Page, PageRequest,
    Role, Timestamp,
};

use crate::folding::left_over;
use crate::grants::end;
use crate::{
    Columns, Database, Isolation, Param, SqlStore, Statements, activity, audit, mails, params, rows,
    sign_in_links,
};
use latchkey_storage::members::{
    disconnected_by_password, password_detail, refused, role_change_detail, role_detail, sessions_detail,
};
use latchkey_storage::shared::{searchable, searched, shown};
use latchkey_storage::{
    AddMember, AuditAction, EmailChange, MailKind, MemberChange, Members, NewMail, PasswordHash, PasswordSet,
    SetPassword, StoreError,
};

/// What [`read`] reads, of `members m`.
macro_rules! columns {
    () => {
        "m.id, m.email, m.email_verified, m.name, m.role, m.joined_at, m.suspended_at, m.second_factor"
    };
}
pub(crate) use columns;

/// The one member whose email has the spellings `?1` and `?2`: the first, if both are there.
macro_rules! with_email {
    ($table:literal) => {
        concat!(
            "WHERE ",
            $table,
            ".email IN (?1, ?2) ORDER BY ",
            $table,
            ".email = ?1 DESC LIMIT 1"
        )
    };
}
pub(crate) use with_email;

/// A member from [`columns`].
pub(crate) fn read(columns: &mut Columns<'_>) -> Result<Member, StoreError> {
    columns.table("members");
    Ok(Member {
        id: MemberId(columns.get("id")?),
        email: columns.parsed("email", Email::stored)?,
        email_verified: columns.get("email_verified")?,
        name: columns.parsed("name", MemberName::parse)?,
        role: columns.parsed("role", str::parse::<Role>)?,
        joined_at: columns.time("joined_at")?,
        suspended_at: columns.optional_time("suspended_at")?,
        second_factor: columns.get("second_factor")?,
    })
}

async fn by_id(db: &dyn Statements, id: MemberId) -> Result<Option<Member>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM members m WHERE m.id = ?1");
    rows::first(db, sql, params![id.0], read).await
}

/// The email of a member.
pub(crate) async fn email_of(db: &dyn Statements, id: MemberId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT email FROM members WHERE id = ?1";
    rows::first(db, sql, params![id.0], |columns| {
        columns.table("members").get("email")
    })
    .await
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

/// A member, locked until the transaction ends, so that one read is enough.
pub(crate) async fn locked(db: &dyn Statements, email: &Email) -> Result<Option<Member>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM members m ",
        with_email!("m"),
        " [[FOR UPDATE|]]"
    );
    let [typed, form] = email.spellings();
    rows::first(db, sql, params![typed, form], read).await
}

/// All hosts who can act, locked before the one who may stop being a host is, and in one order: of two who take the last two hosts away
/// at once, the second waits, and then finds that it would take the last. Grants and sessions of hosts are made
/// meanwhile, since their numbers do not change.
async fn locked_hosts(db: &dyn Statements) -> Result<Vec<MemberId>, StoreError> {
    let sql = "SELECT id FROM members WHERE role = 'host' AND suspended_at IS NULL ORDER BY id [[FOR NO KEY UPDATE|]]";
    rows::all(db, sql, &[], |columns| {
        columns.table("members").get("id").map(MemberId)
    })
    .await
}

/// Whether there is a host.
pub(crate) async fn has_host(db: &dyn Statements) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM members WHERE role = 'host')";
    rows::exists(db, sql, &[]).await
}

/// Adds a member, unless the email is taken.
pub(crate) async fn add(
    db: &dyn Statements,
    member: &AddMember,
    (by, at): (&Actor, Timestamp),
) -> Result<Option<Member>, StoreError> {
    let (email, name) = (member.email.as_str(), member.name.as_str());
    let added = rows::first(
        db,
        "INSERT INTO members (email, name, name_folded, search, role, password_hash, joined_at, can_sign_in, has_password) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) ON CONFLICT (email) DO NOTHING RETURNING id",
        params![
            email,
            name,
            fold(name),
            searchable(&[name, email]),
            member.role.id(),
            &member.password.0,
            at,
            member.can_sign_in
        ],
        |columns| columns.table("members").get("id").map(MemberId),
    )
    .await?;
    let Some(id) = added else {
        return Ok(None);
    };
    let detail = role_detail(member.role);
    audit::write_if_allowed(db, (by, at), AuditAction::MemberAdded, email, &detail).await?;
    Ok(Some(member.added(id, at)))
}

async fn add_all(
    db: &dyn Statements,
    members: &[AddMember],
    by: (&Actor, Timestamp),
) -> Result<Vec<Member>, StoreError> {
    let mut added = Vec::with_capacity(members.len());
    for member in members {
        added.extend(add(db, member, by).await?);
    }
    Ok(added)
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

/// What [`read_listed`] reads. `?1` is the time at which links have to work.
macro_rules! listed {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            ", m.can_sign_in, m.last_active_at, (SELECT max(l.expires_at) FROM sign_in_links l \
             WHERE l.member_id = m.id AND l.expires_at > ?1) FROM members m "
        )
    };
}

fn read_listed(columns: &mut Columns<'_>) -> Result<ListedMember, StoreError> {
    let member = read(columns)?;
    let can_sign_in = columns.get("can_sign_in")?;
    let last_active_at = columns.time("last_active_at")?;
    Ok(ListedMember {
        member,
        can_sign_in,
        last_active_at: Some(last_active_at).filter(|at| *at > Timestamp::from_millis(0)),
        link_until: columns.table("sign_in_links").optional_time("expires_at")?,
    })
}

async fn one_listed(
    db: &dyn Statements,
    id: MemberId,
    at: Timestamp,
) -> Result<Option<ListedMember>, StoreError> {
    let sql = concat!(listed!(), "WHERE m.id = ?2");
    rows::first(db, sql, params![at, id.0], read_listed).await
}

/// A page; `db` is one snapshot, for the count and the rows.
async fn page(
    db: &dyn Statements,
    query: &MembersQuery,
    wanted: PageRequest,
    at: Timestamp,
) -> Result<Page<ListedMember>, StoreError> {
    let linked = "EXISTS (SELECT 1 FROM sign_in_links w WHERE w.member_id = m.id AND w.expires_at > ?1)";
    // `?1` is used even where no link is asked for: a database wants to know the type of each parameter.
    let mut kept = "WHERE CAST(?1 AS BIGINT) >= 0".to_owned();
    match query.state {
        None => {}
        Some(MemberState::Suspended) => kept.push_str(" AND m.suspended_at IS NOT NULL"),
        Some(MemberState::CanSignIn) => kept.push_str(" AND m.suspended_at IS NULL AND m.can_sign_in"),
        Some(MemberState::Invited) => {
            let _ = write!(
                kept,
                " AND m.suspended_at IS NULL AND NOT m.can_sign_in AND {linked}"
            );
        }
        Some(MemberState::NotInvited) => {
            let _ = write!(
                kept,
                " AND m.suspended_at IS NULL AND NOT m.can_sign_in AND NOT {linked}"
            );
        }
    }
    let search = searched(&query.search);
    let mut params = vec![Param::from(at)];
    if !search.is_empty() {
        params.push(search.into());
        let _ = write!(kept, " AND [[strpos|instr]](m.search, ?{}) > 0", params.len());
    }
    if let Some(role) = query.role {
        params.push(role.id().into());
        let _ = write!(kept, " AND m.role = ?{}", params.len());
    }
    let total = rows::count(db, &format!("SELECT count(*) FROM members m {kept}"), &params).await?;
    let shown = shown(wanted, total);
    params.extend([
        shown.size.into(),
        i64::try_from(shown.offset()).unwrap_or(i64::MAX).into(),
    ]);
    let sql = format!(
        "{}{kept} ORDER BY m.name_folded, m.id LIMIT ?{} OFFSET ?{}",
        listed!(),
        params.len() - 1,
        params.len()
    );
    Ok(Page {
        items: rows::all(db, &sql, &params, read_listed).await?,
        number: shown.number,
        size: shown.size,
        total,
    })
}

async fn set_role(
    db: &dyn Statements,
    email: &Email,
    role: Role,
    by: (&Actor, Timestamp),
) -> Result<MemberChange, StoreError> {
    let hosts = if role.is_host() {
        None
    } else {
        Some(locked_hosts(db).await?)
    };
    let Some(before) = locked(db, email).await? else {
        return Ok(MemberChange::Unknown);
    };
    if let Some(refused) = refused(&before, hosts.as_deref(), by.0) {
        return Ok(refused);
    }
    if before.role != role {
        let detail = role_change_detail(before.role, role);
        let (action, target) = (AuditAction::MemberRoleChanged, before.email.as_str());
        audit::write_if_allowed(db, by, action, target, &detail).await?;
        let sql = "UPDATE members SET role = ?2 WHERE id = ?1";
        db.execute(sql, params![before.id.0, role.id()]).await?;
        sign_in_links::end_of(db, before.id).await?;
        if before.role.is_host() {
            // Only hosts have the API explorer.
            end::explorer_logins(db, before.id, by.1).await?;
        }
    }
    Ok(MemberChange::Done(Member { role, ..before }))
}

async fn set_name(
    db: &dyn Statements,
    id: MemberId,
    name: &MemberName,
    by: (&Actor, Timestamp),
) -> Result<Option<Member>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM members m WHERE m.id = ?1 [[FOR UPDATE|]]"
    );
    let Some(before) = rows::first(db, sql, params![id.0], read).await? else {
        return Ok(None);
    };
    if before.name != *name {
        let email = before.email.as_str();
        let sql = "UPDATE members SET name = ?2, name_folded = ?3, search = ?4 WHERE id = ?1";
        let params = params![
            id.0,
            name.as_str(),
            fold(name.as_str()),
            searchable(&[name.as_str(), email])
        ];
        db.execute(sql, params).await?;
        let detail = format!("from “{}” to “{name}”", before.name);
        audit::write_if_allowed(db, by, AuditAction::MemberRenamed, email, &detail).await?;
    }
    Ok(Some(Member {
        name: name.clone(),
        ..before
    }))
}

pub(crate) async fn set_email(
    db: &dyn Statements,
    email: &Email,
    new: &Email,
    verified: bool,
    (by, at): (&Actor, Timestamp),
) -> Result<EmailChange, StoreError> {
    let Some(before) = locked(db, email).await? else {
        return Ok(EmailChange::Unknown);
    };
    let [typed, form] = new.spellings();
    let sql = "SELECT EXISTS (SELECT 1 FROM members WHERE email IN (?1, ?2) AND id <> ?3)";
    if rows::exists(db, sql, params![typed, form, before.id.0]).await? {
        return Ok(EmailChange::Taken);
    }
    let (id, name) = (before.id, before.name.as_str());
    let sql = "UPDATE members SET email = ?2, search = ?3, email_verified = ?4 WHERE id = ?1";
    let search = searchable(&[name, new.as_str()]);
    db.execute(sql, params![id.0, new.as_str(), search, verified])
        .await?;
    sign_in_links::end_of(db, id).await?;
    let detail = format!("from {}", before.email);
    let (action, target) = (AuditAction::MemberEmailChanged, new.as_str());
    audit::write_if_allowed(db, (by, at), action, target, &detail).await?;
    let told = NewMail {
        member: id,
        kind: MailKind::EmailChanged,
        address: Some(before.email.clone()),
        detail: new.to_string(),
    };
    mails::queue(db, &[told], None, at).await?;
    let after = Member {
        email: new.clone(),
        email_verified: verified,
        ..before.clone()
    };
    Ok(EmailChange::Done(after, before.email))
}

pub(crate) async fn set_password(
    db: &dyn Statements,
    email: &Email,
    password: &SetPassword,
    (by, at): (&Actor, Timestamp),
) -> Result<Option<PasswordSet>, StoreError> {
    let Some(member) = locked(db, email).await? else {
        return Ok(None);
    };
    let (id, keep_apps) = (member.id, password.keep_apps);
    let replaces = password.replaces.as_ref().map(|hash| hash.0.as_str());
    let sql = "UPDATE members SET password_hash = ?2, can_sign_in = [[TRUE|1]], has_password = [[TRUE|1]] \
               WHERE id = ?1 AND password_hash = coalesce(?3, password_hash)";
    if db.execute(sql, params![id.0, &password.hash.0, replaces]).await? == 0 {
        return Ok(None);
    }
    sign_in_links::end_of(db, id).await?;
    let sql = "DELETE FROM sessions WHERE member_id = ?1";
    let sessions = db.execute(sql, params![id.0]).await?;
    let disconnected = if keep_apps {
        Vec::new()
    } else {
        end::all_of_member(db, id, at).await?
    };
    let applications = disconnected.len() as u64;
    for client_id in disconnected {
        activity::insert(db, &disconnected_by_password(&client_id, id, at)).await?;
    }
    audit::write_if_allowed(
        db,
        (by, at),
        AuditAction::MemberPasswordChanged,
        member.email.as_str(),
        &password_detail(sessions, applications, keep_apps),
    )
    .await?;
    Ok(Some(PasswordSet {
        member,
        sessions,
        applications,
    }))
}

async fn set_suspended(
    db: &dyn Statements,
    email: &Email,
    suspended: bool,
    (by, at): (&Actor, Timestamp),
) -> Result<MemberChange, StoreError> {
    let hosts = if suspended {
        Some(locked_hosts(db).await?)
    } else {
        None
    };
    let Some(before) = locked(db, email).await? else {
        return Ok(MemberChange::Unknown);
    };
    if let Some(refused) = refused(&before, hosts.as_deref(), by) {
        return Ok(refused);
    }
    if before.is_suspended() == suspended {
        return Ok(MemberChange::Done(before));
    }
    let sessions = if suspended {
        sign_in_links::end_of(db, before.id).await?;
        let sql = "DELETE FROM sessions WHERE member_id = ?1";
        db.execute(sql, params![before.id.0]).await?
    } else {
        0
    };
    let (action, detail) = if suspended {
        let ended = sessions_detail(sessions);
        (AuditAction::MemberSuspended, format!("{ended} ended"))
    } else {
        (AuditAction::MemberResumed, String::new())
    };
    audit::write_if_allowed(db, (by, at), action, before.email.as_str(), &detail).await?;
    let suspended_at = suspended.then_some(at);
    let sql = "UPDATE members SET suspended_at = ?2 WHERE id = ?1";
    db.execute(sql, params![before.id.0, suspended_at]).await?;
    Ok(MemberChange::Done(Member {
        suspended_at,
        ..before
    }))
}

async fn remove(
    db: &dyn Statements,
    email: &Email,
    by: (&Actor, Timestamp),
) -> Result<MemberChange, StoreError> {
    let hosts = locked_hosts(db).await?;
    let Some(member) = locked(db, email).await? else {
        return Ok(MemberChange::Unknown);
    };
    if let Some(refused) = refused(&member, Some(&hosts), by.0) {
        return Ok(refused);
    }
    let (action, target) = (AuditAction::MemberRemoved, member.email.as_str());
    audit::write_if_allowed(db, by, action, target, &role_detail(member.role)).await?;
    // Sessions, grants and consents go with the row.
    db.execute("DELETE FROM members WHERE id = ?1", params![member.id.0])
        .await?;
    Ok(MemberChange::Done(member))
}

async fn emails_in_another_form(db: &dyn Statements) -> Result<Vec<(Email, Email)>, StoreError> {
    let sql = "SELECT email FROM members WHERE octet_length(email) <> length(email) ORDER BY id";
    let stored = rows::all(db, sql, &[], |columns| columns.table("members").get("email"));
    stored.await.map(left_over)
}

#[async_trait]
impl<D: Database> Members for SqlStore<D> {
    async fn member(&self, id: MemberId) -> Result<Option<Member>, StoreError> {
        self.0.look_up(id, |db, id| Box::pin(by_id(db, *id))).await
    }

    async fn member_by_email(&self, email: &Email) -> Result<Option<Member>, StoreError> {
        self.0
            .look_up(email, |db, email| Box::pin(by_email(db, email)))
            .await
    }

    async fn credentials(&self, email: &Email) -> Result<Option<(Member, PasswordHash)>, StoreError> {
        self.0
            .look_up(email, |db, email| Box::pin(credentials(db, email)))
            .await
    }

    async fn members(
        &self,
        query: MembersQuery,
        wanted: PageRequest,
        at: Timestamp,
    ) -> Result<Page<ListedMember>, StoreError> {
        self.0
            .snapshot((query, wanted, at), |db, (query, wanted, at)| {
                Box::pin(page(db, query, *wanted, *at))
            })
            .await
    }

    async fn listed_member(&self, id: MemberId, at: Timestamp) -> Result<Option<ListedMember>, StoreError> {
        self.0
            .look_up((id, at), |db, (id, at)| Box::pin(one_listed(db, *id, *at)))
            .await
    }

    async fn emails_in_another_form(&self) -> Result<Vec<(Email, Email)>, StoreError> {
        self.0
            .scan((), |db, ()| Box::pin(emails_in_another_form(db)))
            .await
    }

    async fn has_host(&self) -> Result<bool, StoreError> {
        self.0.look_up((), |db, ()| Box::pin(has_host(db))).await
    }

    async fn add_member(
        &self,
        member: AddMember,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError> {
        let args = (member, by.clone(), at);
        self.0
            .write(Isolation::RowLocked, args, |db, (member, by, at)| {
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
        self.0
            .write(Isolation::RowLocked, args, |db, (members, by, at)| {
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
        self.0
            .write(Isolation::RowLocked, args, |db, (email, role, by, at)| {
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
        self.0
            .write(Isolation::RowLocked, args, |db, (email, password, by, at)| {
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
        self.0
            .write(Isolation::RowLocked, args, |db, (member, name, by, at)| {
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
        self.0
            .write(Isolation::RowLocked, args, |db, (email, new, by, at)| {
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
        self.0
            .write(Isolation::RowLocked, args, |db, (email, suspended, by, at)| {
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
        self.0
            .write(Isolation::RowLocked, args, |db, (email, by, at)| {
                Box::pin(remove(db, email, (by, *at)))
            })
            .await
    }
}
