//! Full-text search. What is asked of the two databases differs: [`fts5`] and [`tsvector`].

mod fts5;
mod tsvector;

use async_trait::async_trait;
use latchkey_domain::content::{CommentId, CourseId, EventId, PostId, SpaceId, Viewer};

use super::keyset::{cut, value};
use super::readable;
use crate::database::dialect::Dialect;
use crate::{Columns, Database, Param, SqlStore, Statements, rows};
use latchkey_storage::StoreError;
use latchkey_storage::content::words::Query;
use latchkey_storage::content::{Hit, Item, ItemKind, Position, Search, SearchRequest, Slice, SortKey};

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

/// The viewer is `?1` and `?2`, what is searched for `?3`.
fn parameters(dialect: Dialect, viewer: Viewer, query: &Query) -> Vec<Param<'static>> {
    let mut parameters = readable::parameters(viewer);
    parameters.push(Param::from(match dialect {
        Dialect::Postgres => query.to_tsquery(),
        Dialect::Sqlite => query.to_fts5(),
    }));
    parameters
}

/// Reads the hit's row, its score, of which a smaller one is better, title and body.
fn read(columns: &mut Columns<'_>, query: &Query) -> Result<(Position, Hit), StoreError> {
    columns.table("search");
    let row: i64 = columns.get("row")?;
    let score: f64 = columns.get("score")?;
    let (title, body): (String, String) = (columns.get("title")?, columns.get("body")?);
    let hit = Hit {
        item: item(row)?,
        score: -score,
        snippet: query.snippet(&title, &body),
        title,
    };
    let position = Position {
        key: SortKey::Score(score.to_bits()),
        id: row,
    };
    Ok((position, hit))
}

fn query(request: &SearchRequest) -> Option<Query> {
    Query::parse(&request.query).filter(|_| !request.kinds.is_empty())
}

async fn search(
    db: &dyn Statements,
    viewer: Viewer,
    request: &SearchRequest,
) -> Result<Slice<Hit>, StoreError> {
    let Some(query) = query(request) else {
        return Ok(Slice::default());
    };
    let mut parameters = parameters(db.dialect(), viewer, &query);
    // The most rows are `?4`; the position, if there is one, is `?5` and `?6`.
    parameters.push(Param::from(i64::from(request.limit) + 1));
    if let Some(after) = &request.after {
        if !matches!(after.key, SortKey::Score(_)) {
            // The position is of another list: nothing here is behind it.
            return Ok(Slice::default());
        }
        parameters.extend([value(&after.key), Param::from(after.id)]);
    }
    let sql = match db.dialect() {
        Dialect::Postgres => tsvector::hits(request),
        Dialect::Sqlite => fts5::hits(request),
    };
    let hits = rows::all(db, &sql, &parameters, |columns| read(columns, &query)).await?;
    Ok(cut(hits, request.limit))
}

async fn count(db: &dyn Statements, viewer: Viewer, request: &SearchRequest) -> Result<u64, StoreError> {
    let Some(query) = query(request) else {
        return Ok(0);
    };
    let matching = match db.dialect() {
        Dialect::Postgres => tsvector::matching(&request.kinds),
        Dialect::Sqlite => fts5::matching(&request.kinds),
    };
    let sql = format!("SELECT count(*) FROM {matching}");
    rows::count(db, &sql, &parameters(db.dialect(), viewer, &query)).await
}

#[async_trait]
impl<D: Database> Search for SqlStore<D> {
    async fn search(&self, viewer: Viewer, request: SearchRequest) -> Result<Slice<Hit>, StoreError> {
        self.scan((viewer, request), |db, (viewer, request)| {
            Box::pin(search(db, *viewer, request))
        })
        .await
    }

    async fn count_hits(&self, viewer: Viewer, request: SearchRequest) -> Result<u64, StoreError> {
        self.scan((viewer, request), |db, (viewer, request)| {
            Box::pin(count(db, *viewer, request))
        })
        .await
    }
}
