//! The roster.

use async_trait::async_trait;
use latchkey_domain::content::{AvatarUrl, Picture, Profile};
use latchkey_domain::{Email, MemberId};

use super::distinct;
use super::keyset::List;
use crate::members::row as member;
use crate::{Columns, Database, Param, SqlStore, params, rows};
use latchkey_storage::StoreError;
use latchkey_storage::content::{Profiles, RosterSort, Slice, SliceRequest};

/// What [`read`] reads, of `members t`.
macro_rules! columns {
    () => {
        "t.id, t.email, t.email_verified, t.name, t.role, t.joined_at, t.suspended_at, t.second_factor, t.last_active_at, t.picture, t.avatar_url"
    };
}

fn read(columns: &mut Columns<'_>) -> Result<Profile, StoreError> {
    let member = member::read(columns)?;
    let last_active_at = columns.time("last_active_at")?;
    Ok(Profile {
        member,
        last_active_at: (last_active_at.as_millis() != 0).then_some(last_active_at),
        picture: Picture {
            uploaded: columns.optional("picture", str::parse)?,
            elsewhere: columns.optional("avatar_url", AvatarUrl::parse)?,
        },
    })
}

fn roster(sort: RosterSort) -> List {
    List {
        columns: columns!(),
        from: "members t",
        filter: "TRUE",
        key: match sort {
            RosterSort::Joined => "t.joined_at",
            RosterSort::LastVisit => "t.last_active_at",
            RosterSort::Name => "t.name_folded",
        },
        id: "t.id",
        by_text: sort == RosterSort::Name,
    }
}

#[async_trait]
impl<D: Database> Profiles for SqlStore<D> {
    async fn profiles(&self, sort: RosterSort, slice: SliceRequest) -> Result<Slice<Profile>, StoreError> {
        let slice = slice.folded();
        self.scan((roster(sort), slice), |db, (roster, slice)| {
            Box::pin(roster.slice(db, vec![], slice, read))
        })
        .await
    }

    async fn count_members(&self) -> Result<u64, StoreError> {
        self.scan((), |db, ()| {
            Box::pin(rows::count(db, "SELECT count(*) FROM members", &[]))
        })
        .await
    }

    async fn profiles_by_id(&self, ids: Vec<MemberId>) -> Result<Vec<Profile>, StoreError> {
        let ids = distinct(ids.into_iter().map(|id| id.0));
        self.look_up([Param::from(ids)], |db, parameters| {
            let sql = concat!("SELECT ", columns!(), " FROM members t WHERE t.id = ANY(?1)");
            Box::pin(rows::all(db, sql, parameters, read))
        })
        .await
    }

    async fn profile_by_email(&self, email: &Email) -> Result<Option<Profile>, StoreError> {
        self.look_up(email.spellings(), |db, spellings| {
            let sql = concat!(
                "SELECT ",
                columns!(),
                " FROM members t ",
                member::with_email!("t")
            );
            Box::pin(async move {
                let [typed, form] = spellings;
                rows::first(db, sql, params![*typed, *form], read).await
            })
        })
        .await
    }
}
