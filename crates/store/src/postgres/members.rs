//! Members.

use async_trait::async_trait;
use latchkey_domain::text::fold;
use latchkey_domain::{Actor, Email, Member, MemberId, MemberName, Page, PageRequest, Role, Timestamp};

use super::rows::Columns;
use super::{PostgresStore, activity, audit, grants, rows};
use crate::folding::left_over;
use crate::postgres::params::params;
use crate::postgres::rows::Statements;
use crate::postgres::transaction::{Transaction, transact};
use crate::postgres::watch::named;
use crate::shared::{disconnected_by_password, password_detail, searchable};
use crate::{AddMember, AuditAction, MemberChange, Members, PasswordHash, PasswordSet, StoreError};

/// What [`read`] reads, of `members m`.
macro_rules! columns {
    () => {
        "m.id, m.email, m.name, m.role, m.joined_at"
    };
}
pub(super) use columns;

/// The one member whose email has the spellings `$1` and `$2`: the first, if both are there.
macro_rules! with_email {
    ($table:literal) => {
        concat!(
            "WHERE ",
            $table,
            ".email IN ($1, $2) ORDER BY ",
            $table,
            ".email = $1 DESC LIMIT 1"
        )
    };
}

/// A member from [`columns`].
pub(super) fn read(columns: &mut Columns<'_>) -> Result<Member, StoreError> {
    columns.table("members");
    Ok(Member {
        id: MemberId(columns.get("id")?),
        email: columns.parsed("email", Email::stored)?,
        name: columns.parsed("name", MemberName::parse)?,
        role: columns.parsed("role", str::parse::<Role>)?,
        joined_at: columns.time("joined_at")?,
    })
}

async fn by_email(db: &impl Statements, email: &Email) -> Result<Option<Member>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM members m ", with_email!("m"));
    let [typed, form] = email.spellings();
    rows::first(db, sql, params![typed, form], read).await
}

/// The same, and nobody else changes the member until the transaction ends, which is why one look is enough.
async fn locked(db: &impl Statements, email: &Email) -> Result<Option<Member>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM members m ",
        with_email!("m"),
        " FOR UPDATE"
    );
    let [typed, form] = email.spellings();
    rows::first(db, sql, params![typed, form], read).await
}

/// A member that may stop being a host, locked as by [`locked`], and whether it is the only one. All hosts are locked
/// first, in one order: of two who take the last two hosts away at once, the second waits, and then finds that it would
/// take the last. Grants and sessions of hosts are made meanwhile, since their numbers do not change.
async fn locked_with_hosts(
    db: &impl Statements,
    email: &Email,
) -> Result<Option<(Member, bool)>, StoreError> {
    let sql = "SELECT id FROM members WHERE role = 'host' ORDER BY id FOR NO KEY UPDATE";
    let hosts = rows::all(db, sql, &[], |columns| columns.table("members").get::<i64>("id")).await?;
    let member = locked(db, email).await?;
    Ok(member.map(|member| {
        let is_last = member.role.is_host() && hosts.iter().all(|host| *host == member.id.0);
        (member, is_last)
    }))
}

/// Whether there is a host.
pub(super) async fn has_host(db: &impl Statements) -> Result<bool, StoreError> {
    Ok(rows::number(
        db,
        "SELECT count(*) FROM (SELECT 1 FROM members WHERE role = 'host' LIMIT 1) one",
        &[],
    )
    .await?
        != 0)
}

/// Adds a member, unless the email is taken.
pub(super) async fn add(
    db: &impl Statements,
    member: &AddMember,
    (by, at): (&Actor, Timestamp),
) -> Result<Option<Member>, StoreError> {
    let added = rows::first(
        db,
        "INSERT INTO members (email, name, name_folded, search, role, password_hash, joined_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (email) DO NOTHING RETURNING id",
        params![
            member.email.as_str(),
            member.name.as_str(),
            fold(member.name.as_str()),
            searchable(&[member.name.as_str(), member.email.as_str()]),
            member.role.id(),
            &member.password.0,
            at
        ],
        |columns| columns.table("members").get("id"),
    )
    .await?;
    let Some(id) = added.map(MemberId) else {
        return Ok(None);
    };
    let detail = format!("role {}", member.role);
    audit::write(
        db,
        (by, at),
        AuditAction::MemberAdded,
        member.email.as_str(),
        &detail,
    )
    .await?;
    let AddMember {
        email, name, role, ..
    } = member.clone();
    Ok(Some(Member {
        id,
        email,
        name,
        role,
        joined_at: at,
    }))
}

/// Notes that a member was here, to the minute, so that it is seldom a write.
pub(super) async fn note_visit(
    db: &impl Statements,
    member: MemberId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE members SET last_active_at = $2 WHERE id = $1 AND last_active_at <= $2 - 60000";
    rows::execute(db, sql, params![member.0, at.as_millis()])
        .await
        .map(|_| ())
}

/// A page; `db` is one snapshot, for the count and the rows.
async fn page(db: &impl Statements, wanted: PageRequest) -> Result<Page<Member>, StoreError> {
    let total = rows::count(db, "SELECT count(*) FROM members", &[]).await?;
    let shown = crate::shared::shown(wanted, total);
    let items = rows::all(
        db,
        concat!(
            "SELECT ",
            columns!(),
            " FROM members m ORDER BY m.name_folded, m.id LIMIT $1 OFFSET $2"
        ),
        params![shown.size, i64::try_from(shown.offset()).unwrap_or(i64::MAX)],
        read,
    )
    .await?;
    Ok(Page {
        items,
        number: shown.number,
        size: shown.size,
        total,
    })
}

async fn set_role(
    db: &impl Statements,
    email: &Email,
    role: Role,
    (by, at): (&Actor, Timestamp),
) -> Result<MemberChange, StoreError> {
    let before = if role.is_host() {
        locked(db, email).await?
    } else {
        match locked_with_hosts(db, email).await? {
            Some((_, true)) => return Ok(MemberChange::LastHost),
            other => other.map(|(member, _)| member),
        }
    };
    let Some(before) = before else {
        return Ok(MemberChange::Unknown);
    };
    if before.role != role {
        // Before the change: a host may give up the role that the entry needs.
        let detail = format!("from {} to {role}", before.role);
        audit::write(
            db,
            (by, at),
            AuditAction::MemberRoleChanged,
            before.email.as_str(),
            &detail,
        )
        .await?;
        rows::execute(
            db,
            "UPDATE members SET role = $2 WHERE id = $1",
            params![before.id.0, role.id()],
        )
        .await?;
    }
    Ok(MemberChange::Done(Member { role, ..before }))
}

async fn set_password(
    db: &Transaction,
    email: &Email,
    password: &PasswordHash,
    keep_apps: bool,
    (by, at): (&Actor, Timestamp),
) -> Result<Option<PasswordSet>, StoreError> {
    let Some(member) = locked(db, email).await? else {
        return Ok(None);
    };
    let id = member.id.0;
    rows::execute(
        db,
        "UPDATE members SET password_hash = $2 WHERE id = $1",
        params![id, &password.0],
    )
    .await?;
    let sessions = rows::execute(db, "DELETE FROM sessions WHERE member_id = $1", params![id]).await?;
    let disconnected = if keep_apps {
        Vec::new()
    } else {
        grants::end_all(db, member.id, at).await?
    };
    let applications = disconnected.len() as u64;
    let told = disconnected
        .into_iter()
        .map(|client_id| disconnected_by_password(client_id, member.id, at));
    activity::record_all(db, &told.collect::<Vec<_>>()).await?;
    audit::write(
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

async fn remove(
    db: &impl Statements,
    email: &Email,
    (by, at): (&Actor, Timestamp),
) -> Result<MemberChange, StoreError> {
    let member = match locked_with_hosts(db, email).await? {
        None => return Ok(MemberChange::Unknown),
        Some((_, true)) => return Ok(MemberChange::LastHost),
        Some((member, false)) => member,
    };
    let detail = format!("role {}", member.role);
    audit::write(
        db,
        (by, at),
        AuditAction::MemberRemoved,
        member.email.as_str(),
        &detail,
    )
    .await?;
    // Sessions, grants and consents go with the row.
    rows::execute(db, "DELETE FROM members WHERE id = $1", params![member.id.0]).await?;
    Ok(MemberChange::Done(member))
}

#[async_trait]
impl Members for PostgresStore {
    async fn member(&self, id: MemberId) -> Result<Option<Member>, StoreError> {
        let sql = concat!("SELECT ", columns!(), " FROM members m WHERE m.id = $1");
        rows::first(&named!(self), sql, params![id.0], read).await
    }

    async fn member_by_email(&self, email: &Email) -> Result<Option<Member>, StoreError> {
        by_email(&named!(self), email).await
    }

    async fn credentials(&self, email: &Email) -> Result<Option<(Member, PasswordHash)>, StoreError> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            ", m.password_hash FROM members m ",
            with_email!("m")
        );
        let [typed, form] = email.spellings();
        rows::first(&named!(self), sql, params![typed, form], |columns| {
            Ok((read(columns)?, PasswordHash(columns.get("password_hash")?)))
        })
        .await
    }

    async fn members(&self, wanted: PageRequest) -> Result<Page<Member>, StoreError> {
        transact!(self, Snapshot, |tx| page(tx, wanted))
    }

    async fn emails_in_another_form(&self) -> Result<Vec<(Email, Email)>, StoreError> {
        let sql = "SELECT email FROM members WHERE octet_length(email) <> char_length(email) ORDER BY id";
        rows::all(&named!(self), sql, &[], |columns| {
            columns.table("members").get("email")
        })
        .await
        .map(left_over)
    }

    async fn has_host(&self) -> Result<bool, StoreError> {
        has_host(&named!(self)).await
    }

    async fn add_member(
        &self,
        member: AddMember,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError> {
        transact!(self, RowLocked, |tx| add(tx, &member, (by, at)))
    }

    async fn add_members(
        &self,
        members: Vec<AddMember>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Vec<Member>, StoreError> {
        transact!(self, RowLocked, |tx| async {
            let mut added = Vec::with_capacity(members.len());
            for member in &members {
                added.extend(add(tx, member, (by, at)).await?);
            }
            Ok(added)
        })
    }

    async fn set_role(
        &self,
        email: &Email,
        role: Role,
        by: &Actor,
        at: Timestamp,
    ) -> Result<MemberChange, StoreError> {
        transact!(self, RowLocked, |tx| set_role(tx, email, role, (by, at)))
    }

    async fn set_password(
        &self,
        email: &Email,
        password: PasswordHash,
        keep_apps: bool,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<PasswordSet>, StoreError> {
        transact!(self, RowLocked, |tx| set_password(
            tx,
            email,
            &password,
            keep_apps,
            (by, at)
        ))
    }

    async fn remove_member(
        &self,
        email: &Email,
        by: &Actor,
        at: Timestamp,
    ) -> Result<MemberChange, StoreError> {
        transact!(self, RowLocked, |tx| remove(tx, email, (by, at)))
    }
}
