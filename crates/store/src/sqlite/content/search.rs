//! Full-text search with FTS5. The index is kept in step by triggers (see `migrations/0002_content.sql`).

use std::collections::BTreeSet;

use async_trait::async_trait;
use latchkey_domain::content::{CommentId, CourseId, EventId, PostId, SpaceId, Viewer};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::keyset::{self, cut};
use super::readable;
use super::search_query::to_fts5;
use crate::StoreError;
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

/// How many hits of a kind are ranked at most, the newest. A word that tens of thousands of posts have tells little about
/// any of them, and ranking them all would take longer than anybody waits.
const RANKED: u32 = 3_000;

/// What matches `?3` and may be seen by `?1` and `?2`, as `s`. The viewer's right to see everything comes first: with it,
/// no space has to be read.
macro_rules! matching {
    () => {
        concat!(
            " FROM search s WHERE s.search MATCH ?3 AND (",
            readable::in_space!("s.space"),
            " OR s.space IS NULL) \
             AND (s.rowid % 8 <> 5 OR s.rowid / 8 IN (SELECT course_id FROM enrolments WHERE member_id = ?1))"
        )
    };
}

fn parameters(viewer: Viewer, query: String) -> Vec<Value> {
    let mut parameters = readable::parameters(viewer);
    parameters.push(Value::Text(query));
    parameters
}

/// What the kinds that are searched add to a row's number, each once.
fn kinds(request: &SearchRequest) -> BTreeSet<i64> {
    request.kinds.iter().map(|kind| code(*kind)).collect()
}

fn read(columns: &mut Columns<'_, '_>) -> Result<(Position, Hit), StoreError> {
    columns.table("search");
    let row: i64 = columns.get("rowid")?;
    let rank: f64 = columns.get("rank")?;
    let hit = Hit {
        item: item(row)?,
        // `SQLite` gives better matches smaller numbers.
        score: -rank,
        title: columns.get("title")?,
        snippet: columns.get("snippet")?,
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
    let Some(query) = to_fts5(&request.query).filter(|_| !request.kinds.is_empty()) else {
        return Ok(Slice::default());
    };
    let mut parameters = parameters(viewer, query);
    let mut behind = "";
    if let Some(after) = &request.after {
        behind = " WHERE (score, row) > (?4, ?5)";
        parameters.push(keyset::value(&after.key));
        parameters.push(Value::Integer(after.id));
    }
    parameters.push(Value::Integer(i64::from(request.limit) + 1));
    let limit = parameters.len();
    // Each kind by itself: comments have higher numbers than posts, and would be all of the newest.
    let ranked: Vec<String> = kinds(request)
        .iter()
        .map(|code| {
            format!(
                "SELECT * FROM (SELECT s.rowid AS row, s.rank AS score{} AND s.rowid % 8 = {code} \
                 ORDER BY s.rowid DESC LIMIT {RANKED})",
                matching!()
            )
        })
        .collect();
    // First which, then the words around: these are only made for what is shown.
    let sql = format!(
        "WITH hits AS MATERIALIZED (SELECT row, score FROM ({}){behind} ORDER BY score, row LIMIT ?{limit}) \
         SELECT h.row, h.score, s.title, snippet(search, -1, '{}', '{}', '…', 24) \
         FROM hits h CROSS JOIN search s ON s.rowid = h.row WHERE s.search MATCH ?3 ORDER BY h.score, h.row",
        ranked.join(" UNION ALL "),
        Hit::OPEN,
        Hit::CLOSE
    );
    let hits = rows::all(connection, &sql, params_from_iter(parameters), read)?;
    Ok(cut(hits, request.limit))
}

fn count(connection: &Connection, viewer: Viewer, request: &SearchRequest) -> Result<u64, StoreError> {
    let Some(query) = to_fts5(&request.query) else {
        return Ok(0);
    };
    let mut parameters = parameters(viewer, query);
    parameters.push(Value::Text(super::json_array(kinds(request))));
    rows::count(
        connection,
        concat!(
            "SELECT count(*)",
            matching!(),
            " AND s.rowid % 8 IN (SELECT value FROM json_each(?4))"
        ),
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
