//! Members.

use async_trait::async_trait;
use latchkey_domain::text::fold;
use latchkey_domain::{Actor, Email, Member, MemberId, MemberName, Page, PageRequest, Role, Timestamp};
use rusqlite::{Connection, params};

use super::rows::Columns;
use super::{SqliteStore, activity, audit, grants, rows};
use crate::folding::{Stored, fold_members, left_over};
use crate::shared::{disconnected_by_password, password_detail, searchable};
use crate::{AddMember, AuditAction, MemberChange, Members, PasswordHash, PasswordSet, StoreError};

/// What [`read`] reads, of `members m`.
macro_rules! columns {
    () => {
        "m.id, m.email, m.name, m.role, m.joined_at"
    };
}
pub(super) use columns;

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

/// A member from [`columns`].
pub(super) fn read(columns: &mut Columns<'_, '_>) -> Result<Member, StoreError> {
    columns.table("members");
    Ok(Member {
        id: MemberId(columns.get("id")?),
        email: columns.parsed("email", Email::stored)?,
        name: columns.parsed("name", MemberName::parse)?,
        role: columns.parsed("role", str::parse::<Role>)?,
        joined_at: columns.time("joined_at")?,
    })
}

fn by_email(connection: &Connection, email: &Email) -> Result<Option<Member>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM members m ", with_email!("m"));
    rows::first(connection, sql, email.spellings(), read)
}

/// Whether there is a host.
pub(super) fn has_host(connection: &Connection) -> Result<bool, StoreError> {
    Ok(rows::number(
        connection,
        "SELECT EXISTS (SELECT 1 FROM members WHERE role = 'host')",
        [],
    )? != 0)
}

/// Whether this member is the only host. To be asked where the host goes: nobody else writes before that is done.
fn is_last_host(connection: &Connection, member: &Member) -> Result<bool, StoreError> {
    let others = "SELECT EXISTS (SELECT 1 FROM members WHERE role = 'host' AND id <> ?1)";
    Ok(member.role.is_host() && rows::number(connection, others, [member.id.0])? == 0)
}

/// Adds a member, unless the email is taken.
pub(super) fn add(
    connection: &Connection,
    member: &AddMember,
    (by, at): (&Actor, Timestamp),
) -> Result<Option<Member>, StoreError> {
    let added = rows::execute(
        connection,
        "INSERT INTO members (email, name, name_folded, search, role, password_hash, joined_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (email) DO NOTHING",
        params![
            member.email.as_str(),
            member.name.as_str(),
            fold(member.name.as_str()),
            searchable(&[member.name.as_str(), member.email.as_str()]),
            member.role.id(),
            member.password.0,
            at.as_millis()
        ],
    )?;
    if added == 0 {
        return Ok(None);
    }
    let id = MemberId(connection.last_insert_rowid());
    let detail = format!("role {}", member.role);
    audit::write(
        connection,
        (by, at),
        AuditAction::MemberAdded,
        member.email.as_str(),
        &detail,
    )?;
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
pub(super) fn note_visit(connection: &Connection, member: MemberId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE members SET last_active_at = ?2 WHERE id = ?1 AND last_active_at <= ?2 - 60000";
    rows::execute(connection, sql, params![member.0, at.as_millis()]).map(|_| ())
}

fn page(connection: &Connection, wanted: PageRequest) -> Result<Page<Member>, StoreError> {
    // One snapshot for the count and the rows.
    let snapshot = connection.unchecked_transaction()?;
    let total = rows::count(&snapshot, "SELECT count(*) FROM members", [])?;
    let shown = rows::shown(wanted, total);
    let items = rows::all(
        &snapshot,
        concat!(
            "SELECT ",
            columns!(),
            " FROM members m ORDER BY m.name_folded, m.id LIMIT ?1 OFFSET ?2"
        ),
        params![shown.size, i64::try_from(shown.offset()).unwrap_or(i64::MAX)],
        read,
    )?;
    Ok(Page {
        items,
        number: shown.number,
        size: shown.size,
        total,
    })
}

fn set_role(
    connection: &Connection,
    email: &Email,
    role: Role,
    (by, at): (&Actor, Timestamp),
) -> Result<MemberChange, StoreError> {
    let Some(before) = by_email(connection, email)? else {
        return Ok(MemberChange::Unknown);
    };
    if !role.is_host() && is_last_host(connection, &before)? {
        return Ok(MemberChange::LastHost);
    }
    if before.role != role {
        // Before the change: a host may give up the role that the entry needs.
        let detail = format!("from {} to {role}", before.role);
        audit::write(
            connection,
            (by, at),
            AuditAction::MemberRoleChanged,
            before.email.as_str(),
            &detail,
        )?;
        rows::execute(
            connection,
            "UPDATE members SET role = ?2 WHERE id = ?1",
            params![before.id.0, role.id()],
        )?;
    }
    Ok(MemberChange::Done(Member { role, ..before }))
}

fn set_password(
    connection: &Connection,
    email: &Email,
    password: &PasswordHash,
    keep_apps: bool,
    (by, at): (&Actor, Timestamp),
) -> Result<Option<PasswordSet>, StoreError> {
    let Some(member) = by_email(connection, email)? else {
        return Ok(None);
    };
    let id = member.id.0;
    rows::execute(
        connection,
        "UPDATE members SET password_hash = ?2 WHERE id = ?1",
        params![id, password.0],
    )?;
    let sessions = rows::execute(connection, "DELETE FROM sessions WHERE member_id = ?1", [id])? as u64;
    let disconnected = if keep_apps {
        Vec::new()
    } else {
        grants::end_all(connection, member.id, at)?
    };
    let applications = disconnected.len() as u64;
    let told = disconnected
        .into_iter()
        .map(|client_id| disconnected_by_password(client_id, member.id, at));
    for event in told {
        activity::record(connection, &event)?;
    }
    audit::write(
        connection,
        (by, at),
        AuditAction::MemberPasswordChanged,
        member.email.as_str(),
        &password_detail(sessions, applications, keep_apps),
    )?;
    Ok(Some(PasswordSet {
        member,
        sessions,
        applications,
    }))
}

fn remove(
    connection: &Connection,
    email: &Email,
    (by, at): (&Actor, Timestamp),
) -> Result<MemberChange, StoreError> {
    let Some(member) = by_email(connection, email)? else {
        return Ok(MemberChange::Unknown);
    };
    if is_last_host(connection, &member)? {
        return Ok(MemberChange::LastHost);
    }
    let detail = format!("role {}", member.role);
    audit::write(
        connection,
        (by, at),
        AuditAction::MemberRemoved,
        member.email.as_str(),
        &detail,
    )?;
    // Sessions, grants and consents go with the row.
    rows::execute(connection, "DELETE FROM members WHERE id = ?1", [member.id.0])?;
    Ok(MemberChange::Done(member))
}

/// Brings the emails and names that an earlier version wrote into the form that this one compares. An email whose form is
/// another member's stays as it is.
pub(super) fn fold_all(connection: &Connection) -> Result<(), StoreError> {
    let all = "SELECT id, email, name FROM members ORDER BY id";
    let all = rows::all(connection, all, [], |columns| {
        columns.table("members");
        Ok(Stored {
            id: columns.get("id")?,
            email: columns.get("email")?,
            name: columns.get("name")?,
        })
    })?;
    for member in fold_members(all) {
        rows::execute(
            connection,
            "UPDATE members SET email = ?2, name_folded = ?3, search = ?4 WHERE id = ?1",
            params![member.id, member.email, member.sort_name, member.search],
        )?;
    }
    Ok(())
}

#[async_trait]
impl Members for SqliteStore {
    async fn member(&self, id: MemberId) -> Result<Option<Member>, StoreError> {
        self.look_up(|connection| {
            let sql = concat!("SELECT ", columns!(), " FROM members m WHERE m.id = ?1");
            rows::first(connection, sql, [id.0], read)
        })
    }

    async fn member_by_email(&self, email: &Email) -> Result<Option<Member>, StoreError> {
        self.look_up(|connection| by_email(connection, email))
    }

    async fn credentials(&self, email: &Email) -> Result<Option<(Member, PasswordHash)>, StoreError> {
        self.look_up(|connection| {
            let sql = concat!(
                "SELECT ",
                columns!(),
                ", m.password_hash FROM members m ",
                with_email!("m")
            );
            rows::first(connection, sql, email.spellings(), |columns| {
                Ok((read(columns)?, PasswordHash(columns.get("password_hash")?)))
            })
        })
    }

    async fn members(&self, wanted: PageRequest) -> Result<Page<Member>, StoreError> {
        self.scan(move |connection| page(connection, wanted)).await
    }

    async fn emails_in_another_form(&self) -> Result<Vec<(Email, Email)>, StoreError> {
        self.scan(|connection| {
            let sql = "SELECT email FROM members WHERE octet_length(email) <> length(email) ORDER BY id";
            let stored = rows::all(connection, sql, [], |columns| {
                columns.table("members").get("email")
            })?;
            Ok(left_over(stored))
        })
        .await
    }

    async fn has_host(&self) -> Result<bool, StoreError> {
        self.look_up(has_host)
    }

    async fn add_member(
        &self,
        member: AddMember,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError> {
        let by = by.clone();
        self.write(move |connection| add(connection, &member, (&by, at)))
            .await
    }

    async fn add_members(
        &self,
        members: Vec<AddMember>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Vec<Member>, StoreError> {
        let by = by.clone();
        self.write(move |connection| {
            members
                .iter()
                .filter_map(|member| add(connection, member, (&by, at)).transpose())
                .collect()
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
        let (email, by) = (email.clone(), by.clone());
        self.write(move |connection| set_role(connection, &email, role, (&by, at)))
            .await
    }

    async fn set_password(
        &self,
        email: &Email,
        password: PasswordHash,
        keep_apps: bool,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<PasswordSet>, StoreError> {
        let (email, by) = (email.clone(), by.clone());
        self.write(move |connection| set_password(connection, &email, &password, keep_apps, (&by, at)))
            .await
    }

    async fn remove_member(
        &self,
        email: &Email,
        by: &Actor,
        at: Timestamp,
    ) -> Result<MemberChange, StoreError> {
        let (email, by) = (email.clone(), by.clone());
        self.write(move |connection| remove(connection, &email, (&by, at)))
            .await
    }
}
