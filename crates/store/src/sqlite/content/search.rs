//! Full-text search with FTS5. The index is kept in step by triggers (see `migrations/0006_limits.sql`).

use async_trait::async_trait;
use latchkey_domain::content::{CommentId, CourseId, EventId, PostId, SpaceId, Viewer};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::keyset::{self, cut};
use super::readable;
use crate::StoreError;
use crate::content::words::Query;
use crate::content::{Hit, Item, ItemKind, Position, Search, SearchRequest, Slice, SortKey};
use crate::sqlite::SqliteStore;
use crate::sqlite::rows::{self, Columns};

/// What a row of the index is about: the rest of its number by 8.
const fn code(kind: ItemKind) -> i64 {
    match kind {
        ItemKind::Post => 1,
        ItemKind::Comment => 2,
        ItemKind::Event => 3,
        ItemKind::Space => 4,
        ItemKind::Course => 5,
    }
}

fn item(row: i64) -> Result<Item, StoreError> {
    let id = row / 8;
    let kind = ItemKind::ALL.iter().find(|kind| code(**kind) == row % 8);
    Ok(match kind {
        Some(ItemKind::Post) => Item::Post(PostId(id)),
        Some(ItemKind::Comment) => Item::Comment(CommentId(id)),
        Some(ItemKind::Event) => Item::Event(EventId(id)),
        Some(ItemKind::Space) => Item::Space(SpaceId(id)),
        Some(ItemKind::Course) => Item::Course(CourseId(id)),
        None => return Err(StoreError::Damaged(format!("search: row {row} is of no kind"))),
    })
}

/// What matches `?3`, is of a kind in `?4` and may be seen by `?1` and `?2`, as `s`.
macro_rules! matching {
    () => {
        concat!(
            " FROM search s WHERE s.search MATCH ?3 AND s.rowid % 8 IN (SELECT value FROM json_each(?4)) \
             AND (s.space IS NULL OR ",
            readable::in_space!("s.space"),
            ") AND (s.rowid % 8 <> 5 OR s.rowid / 8 IN (SELECT course_id FROM enrolments WHERE member_id = ?1))"
        )
    };
}

fn parameters(viewer: Viewer, query: &Query, kinds: &[ItemKind]) -> Vec<Value> {
    let mut parameters = readable::parameters(viewer);
    parameters.push(Value::Text(query.to_fts5()));
    parameters.push(Value::Text(super::json_array(
        kinds.iter().map(|kind| code(*kind)),
    )));
    parameters
}

/// The hits `h` with their texts as people wrote them: the index has them folded.
const TEXTS: &str = "SELECT h.row, h.score, coalesce(p.title, e.title, o.name, u.title, ''), \
    coalesce(p.body_text, c.body_text, e.description_text, o.description, u.description, '') FROM hits h \
    LEFT JOIN posts p ON h.row % 8 = 1 AND p.id = h.row / 8 \
    LEFT JOIN comments c ON h.row % 8 = 2 AND c.id = h.row / 8 \
    LEFT JOIN events e ON h.row % 8 = 3 AND e.id = h.row / 8 \
    LEFT JOIN spaces o ON h.row % 8 = 4 AND o.id = h.row / 8 \
    LEFT JOIN courses u ON h.row % 8 = 5 AND u.id = h.row / 8 \
    ORDER BY h.score, h.row";

fn read(columns: &mut Columns<'_, '_>, query: &Query) -> Result<(Position, Hit), StoreError> {
    columns.table("search");
    let row: i64 = columns.get("rowid")?;
    let rank: f64 = columns.get("rank")?;
    let (title, body): (String, String) = (columns.get("title")?, columns.get("body")?);
    let hit = Hit {
        item: item(row)?,
        // `SQLite` gives better matches smaller numbers.
        score: -rank,
        snippet: query.snippet(&title, &body),
        title,
    };
    let position = Position {
        key: SortKey::Score(rank.to_bits()),
        id: row,
    };
    Ok((position, hit))
}

fn search(
    connection: &Connection,
    viewer: Viewer,
    request: &SearchRequest,
) -> Result<Slice<Hit>, StoreError> {
    let Some(query) = Query::parse(&request.query) else {
        return Ok(Slice::default());
    };
    let mut parameters = parameters(viewer, &query, &request.kinds);
    let mut behind = "";
    if let Some(after) = &request.after {
        behind = " AND (s.rank, s.rowid) > (?5, ?6)";
        parameters.push(keyset::value(&after.key));
        parameters.push(Value::Integer(after.id));
    }
    parameters.push(Value::Integer(i64::from(request.limit) + 1));
    let limit = parameters.len();
    // First which, then the texts: these are only read of what is shown.
    let sql = format!(
        "WITH hits AS MATERIALIZED (SELECT s.rowid AS row, s.rank AS score{}{behind} \
         ORDER BY s.rank, s.rowid LIMIT ?{limit}) {TEXTS}",
        matching!()
    );
    let hits = rows::all(connection, &sql, params_from_iter(parameters), |columns| {
        read(columns, &query)
    })?;
    Ok(cut(hits, request.limit))
}

fn count(connection: &Connection, viewer: Viewer, request: &SearchRequest) -> Result<u64, StoreError> {
    let Some(query) = Query::parse(&request.query) else {
        return Ok(0);
    };
    let parameters = parameters(viewer, &query, &request.kinds);
    rows::count(
        connection,
        concat!("SELECT count(*)", matching!()),
        params_from_iter(parameters),
    )
}

#[async_trait]
impl Search for SqliteStore {
    async fn search(&self, viewer: Viewer, request: SearchRequest) -> Result<Slice<Hit>, StoreError> {
        self.scan(move |connection| search(connection, viewer, &request))
            .await
    }

    async fn count_hits(&self, viewer: Viewer, request: SearchRequest) -> Result<u64, StoreError> {
        self.scan(move |connection| count(connection, viewer, &request))
            .await
    }
}
