//! The list of members, for hosts.

use std::fmt::Write as _;

use latchkey_domain::{ListedMember, MemberId, MemberState, MembersQuery, Page, PageRequest, Timestamp};
use latchkey_storage::StoreError;
use latchkey_storage::shared::{searched, shown};

use super::row::{columns, read};
use crate::{Columns, Param, Statements, params, rows};

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

pub(super) async fn one_listed(
    db: &dyn Statements,
    id: MemberId,
    at: Timestamp,
) -> Result<Option<ListedMember>, StoreError> {
    let sql = concat!(listed!(), "WHERE m.id = ?2");
    rows::first(db, sql, params![at, id.0], read_listed).await
}

/// A page; `db` is one snapshot, for the count and the rows.
pub(super) async fn page(
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
