//! Spaces.

use std::collections::HashMap;

use async_trait::async_trait;
use latchkey_domain::Slug;
use latchkey_domain::content::{Space, SpaceId, SpaceVisibility, Title, Viewer};
use rusqlite::params_from_iter;

use super::keyset::{self, List};
use super::{json_array, readable};
use crate::StoreError;
use crate::content::{Slice, SliceRequest, Spaces};
use crate::sqlite::SqliteStore;
use crate::sqlite::rows::{self, Columns};

/// What [`read`] reads, of `spaces t`.
macro_rules! columns {
    () => {
        "t.id, t.slug, t.name, t.description, t.visibility, t.created_at"
    };
}

fn read(columns: &mut Columns<'_, '_>) -> Result<Space, StoreError> {
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

const ALL: List = List {
    columns: columns!(),
    from: "spaces t",
    filter: "TRUE",
    key: "t.created_at",
    id: "t.id",
    by_text: false,
};

fn numbers(ids: Vec<SpaceId>) -> String {
    json_array(ids.into_iter().map(|id| id.0))
}

#[async_trait]
impl Spaces for SqliteStore {
    async fn spaces(&self, slice: SliceRequest) -> Result<Slice<Space>, StoreError> {
        self.scan(move |connection| ALL.slice(connection, vec![], &slice, read))
            .await
    }

    async fn count_spaces(&self) -> Result<u64, StoreError> {
        self.scan(|connection| rows::count(connection, "SELECT count(*) FROM spaces", []))
            .await
    }

    async fn spaces_by_id(&self, ids: Vec<SpaceId>) -> Result<Vec<Space>, StoreError> {
        self.look_up(|connection| {
            let sql = concat!(
                "SELECT ",
                columns!(),
                " FROM spaces t WHERE t.id IN (SELECT value FROM json_each(?1))"
            );
            rows::all(connection, sql, [numbers(ids)], read)
        })
    }

    async fn readable_spaces(&self, viewer: Viewer, ids: Vec<SpaceId>) -> Result<Vec<Space>, StoreError> {
        self.look_up(|connection| {
            let sql = concat!(
                "SELECT ",
                columns!(),
                " FROM spaces t WHERE t.id IN (SELECT value FROM json_each(?3)) AND ",
                readable::in_space!("t.id")
            );
            let parameters = readable::parameters_and(viewer, numbers(ids));
            rows::all(connection, sql, params_from_iter(parameters), read)
        })
    }

    async fn count_members_of_spaces(&self, ids: Vec<SpaceId>) -> Result<HashMap<SpaceId, u64>, StoreError> {
        self.scan(move |connection| {
            let sql = "SELECT space_id, count(*) FROM space_members \
                       WHERE space_id IN (SELECT value FROM json_each(?1)) GROUP BY space_id";
            keyset::counts(connection, sql, numbers(ids), SpaceId)
        })
        .await
    }
}
