//! Events.

use async_trait::async_trait;
use latchkey_domain::MemberId;
use latchkey_domain::content::{Event, EventId, SpaceId, Title, Viewer};

use super::keyset::List;
use super::{distinct, readable, rich_text};
use crate::{Columns, Database, SqlStore, rows};
use latchkey_storage::StoreError;
use latchkey_storage::content::{Events, Slice, SliceRequest};

/// What [`read`] reads, of `events t`.
macro_rules! columns {
    () => {
        "t.id, t.space_id, t.organizer_id, t.title, t.description, t.description_text, t.location, t.starts_at, \
         t.ends_at, t.created_at"
    };
}

fn read(columns: &mut Columns<'_>) -> Result<Event, StoreError> {
    columns.table("events");
    Ok(Event {
        id: EventId(columns.get("id")?),
        space: columns.get::<Option<i64>>("space_id")?.map(SpaceId),
        organizer: columns.get::<Option<i64>>("organizer_id")?.map(MemberId),
        title: columns.parsed("title", Title::parse)?,
        description: rich_text(columns)?,
        location: columns.get("location")?,
        starts_at: columns.time("starts_at")?,
        ends_at: columns.time("ends_at")?,
        created_at: columns.time("created_at")?,
    })
}

static ALL: List = List {
    columns: columns!(),
    from: "events t",
    filter: "TRUE",
    key: "t.starts_at",
    id: "t.id",
    by_text: false,
};

#[async_trait]
impl<D: Database> Events for SqlStore<D> {
    async fn events(&self, slice: SliceRequest) -> Result<Slice<Event>, StoreError> {
        self.scan(slice, |db, slice| Box::pin(ALL.slice(db, vec![], slice, read)))
            .await
    }

    async fn count_events(&self) -> Result<u64, StoreError> {
        self.scan((), |db, ()| {
            Box::pin(rows::count(db, "SELECT count(*) FROM events", &[]))
        })
        .await
    }

    async fn readable_events(&self, viewer: Viewer, ids: Vec<EventId>) -> Result<Vec<Event>, StoreError> {
        let parameters = readable::parameters_and(viewer, distinct(ids.into_iter().map(|id| id.0)));
        self.look_up(parameters, |db, parameters| {
            let sql = concat!(
                "SELECT ",
                columns!(),
                " FROM events t WHERE t.id = ANY(?3) AND (t.space_id IS NULL OR ",
                readable::in_space!("t.space_id"),
                ")"
            );
            Box::pin(rows::all(db, sql, parameters, read))
        })
        .await
    }
}
