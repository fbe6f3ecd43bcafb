//! Full-text search: each table has its words in a column and an index over it (see `words`).

use async_trait::async_trait;
use latchkey_domain::content::{CommentId, CourseId, EventId, PostId, SpaceId, Viewer};

use super::keyset::{cut, value};
use super::readable;
use crate::StoreError;
use crate::content::words::Query;
use crate::content::{Hit, Item, ItemKind, Position, Search, SearchRequest, Slice, SortKey};
use crate::postgres::PostgresStore;
use crate::postgres::params::Param;
use crate::postgres::rows::{self, Columns};
use crate::postgres::watch::named;

/// What a row of the hits is about: the rest of its number by 8.
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

/// The columns for title and body of a kind, where it is, and who may find it. `$3` is what is searched for.
const fn table(kind: ItemKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        ItemKind::Post => (
            "t.title, t.body_text",
            "posts t",
            readable::in_space!("t.space_id"),
        ),
        ItemKind::Comment => (
            "'', t.body_text",
            "comments t JOIN posts p ON p.id = t.post_id",
            readable::in_space!("p.space_id"),
        ),
        ItemKind::Event => (
            "t.title, t.description_text",
            "events t",
            concat!("(t.space_id IS NULL OR ", readable::in_space!("t.space_id"), ")"),
        ),
        ItemKind::Space => ("t.name, t.description", "spaces t", readable::in_space!("t.id")),
        ItemKind::Course => (
            "t.title, t.description",
            "courses t",
            // The second parameter is there in every one of these, for its number.
            "($2 OR TRUE) AND t.id IN (SELECT course_id FROM enrolments WHERE member_id = $1)",
        ),
    }
}

/// All that matches, as `row`, `score`, `title`, `body`. A word in a title counts four times one in a body, and one in a
/// short text more than one in a long text. As with `SQLite`, better matches have smaller numbers.
fn matching(kinds: &[ItemKind]) -> String {
    let parts: Vec<String> = ItemKind::ALL
        .iter()
        .filter(|kind| kinds.contains(kind))
        .map(|kind| {
            let (columns, from, may_find) = table(*kind);
            let code = code(*kind);
            format!(
                "(SELECT t.id * 8 + {code}, -ts_rank('{{0, 0, 0.25, 1}}', t.words, $3::tsquery, 1)::float8, {columns} \
                 FROM {from} WHERE t.words @@ $3::tsquery AND {may_find})"
            )
        })
        .collect();
    format!(
        "({}) AS found (row, score, title, body)",
        parts.join(" UNION ALL ")
    )
}

fn parameters(viewer: Viewer, query: &Query) -> Vec<Param<'static>> {
    let mut parameters = readable::parameters(viewer);
    parameters.push(Param::from(query.to_tsquery()));
    parameters
}

fn read(columns: &mut Columns<'_>, query: &Query) -> Result<(Position, Hit), StoreError> {
    columns.table("search");
    let row: i64 = columns.get("row")?;
    let rank: f64 = columns.get("score")?;
    let (title, body): (String, String) = (columns.get("title")?, columns.get("body")?);
    let hit = Hit {
        item: item(row)?,
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

#[async_trait]
impl Search for PostgresStore {
    async fn search(&self, viewer: Viewer, request: SearchRequest) -> Result<Slice<Hit>, StoreError> {
        let Some(query) = Query::parse(&request.query).filter(|_| !request.kinds.is_empty()) else {
            return Ok(Slice::default());
        };
        let mut parameters = parameters(viewer, &query);
        let mut behind = "";
        if let Some(after) = &request.after {
            if !matches!(after.key, SortKey::Score(_)) {
                // The position is of another list: nothing here is behind it.
                return Ok(Slice::default());
            }
            behind = " WHERE (score, row) > ($4, $5)";
            parameters.push(value(&after.key));
            parameters.push(Param::from(after.id));
        }
        parameters.push(Param::from(i64::from(request.limit) + 1));
        let sql = format!(
            "SELECT row, score, title, body FROM {}{behind} ORDER BY score, row LIMIT ${}",
            matching(&request.kinds),
            parameters.len()
        );
        let hits = rows::all(&named!(self), &sql, &parameters, |columns| read(columns, &query)).await?;
        Ok(cut(hits, request.limit))
    }

    async fn count_hits(&self, viewer: Viewer, request: SearchRequest) -> Result<u64, StoreError> {
        let Some(query) = Query::parse(&request.query).filter(|_| !request.kinds.is_empty()) else {
            return Ok(0);
        };
        let sql = format!("SELECT count(*) FROM {}", matching(&request.kinds));
        rows::count(&named!(self), &sql, &parameters(viewer, &query)).await
    }
}
