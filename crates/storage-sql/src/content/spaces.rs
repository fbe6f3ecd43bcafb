//! Spaces.

use std::collections::HashMap;

use async_trait::async_trait;
use latchkey_domain::Slug;
use latchkey_domain::content::{Space, SpaceId, SpaceVisibility, Title, Viewer};

use super::keyset::{self, List};
use super::{distinct, readable};
use crate::{Columns, Database, Param, SqlStore, rows};
use latchkey_storage::StoreError;
use latchkey_storage::content::{Slice, SliceRequest, Spaces};

/// What [`read`] reads, of `spaces t`.
macro_rules! columns {
    () => {
        "t.id, t.slug, t.name, t.description, t.visibility, t.created_at"
    };
}

fn read(columns: &mut Columns<'_>) -> Result<Space, StoreError> {
    columns.table("spaces");
    Ok(Space {
        id: SpaceId(columns.get("id")?),
        slug: columns.parsed("slug", str::parse::<Slug>)?,
        name: columns.parsed("name", Title::parse)?,
        description: columns.get("description")?,
        visibility: columns.parsed("visibility", str::parse::<SpaceVisibility>)?,
        created_at: columns.time("created_at")?,
    })
}

static ALL: List = List {
    columns: columns!(),
    from: "spaces t",
    filter: "TRUE",
    key: "t.created_at",
    id: "t.id",
    by_text: false,
};

fn numbers(ids: Vec<SpaceId>) -> Vec<i64> {
    distinct(ids.into_iter().map(|id| id.0))
}

#[async_trait]
impl<D: Database> Spaces for SqlStore<D> {
    async fn spaces(&self, slice: SliceRequest) -> Result<Slice<Space>, StoreError> {
        self.scan(slice, |db, slice| Box::pin(ALL.slice(db, vec![], slice, read)))
            .await
    }

    async fn count_spaces(&self) -> Result<u64, StoreError> {
        self.scan((), |db, ()| {
            Box::pin(rows::count(db, "SELECT count(*) FROM spaces", &[]))
        })
        .await
    }

    async fn spaces_by_id(&self, ids: Vec<SpaceId>) -> Result<Vec<Space>, StoreError> {
        self.look_up([Param::from(numbers(ids))], |db, parameters| {
            let sql = concat!("SELECT ", columns!(), " FROM spaces t WHERE t.id = ANY(?1)");
            Box::pin(rows::all(db, sql, parameters, read))
        })
        .await
    }

    async fn readable_spaces(&self, viewer: Viewer, ids: Vec<SpaceId>) -> Result<Vec<Space>, StoreError> {
        self.look_up(
            readable::parameters_and(viewer, numbers(ids)),
            |db, parameters| {
                let sql = concat!(
                    "SELECT ",
                    columns!(),
                    " FROM spaces t WHERE t.id = ANY(?3) AND ",
                    readable::in_space!("t.id")
                );
                Box::pin(rows::all(db, sql, parameters, read))
            },
        )
        .await
    }

    async fn count_members_of_spaces(&self, ids: Vec<SpaceId>) -> Result<HashMap<SpaceId, u64>, StoreError> {
        self.scan(numbers(ids), |db, ids| {
            let sql =
                "SELECT space_id, count(*) FROM space_members WHERE space_id = ANY(?1) GROUP BY space_id";
            Box::pin(keyset::counts(db, sql, ids, SpaceId))
        })
        .await
    }
}
