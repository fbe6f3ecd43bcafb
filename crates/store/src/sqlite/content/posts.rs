//! Posts.

use std::collections::HashMap;

use async_trait::async_trait;
use latchkey_domain::content::{Post, PostId, SpaceId, Title, Viewer};
use latchkey_domain::{MemberId, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::keyset::{self, List};
use super::{json_array, quota, readable, rich_text};
use crate::StoreError;
use crate::content::{Created, Edited, NewPost, PostChange, Posts, Slice, SliceRequest, Slices};
use crate::sqlite::rows::{self, Columns};
use crate::sqlite::{SqliteStore, members};

/// What [`read`] reads, of `posts t`.
macro_rules! columns {
    () => {
        "t.id, t.space_id, t.author_id, t.title, t.body, t.body_text, t.created_at, t.updated_at"
    };
}

fn read(columns: &mut Columns<'_, '_>) -> Result<Post, StoreError> {
    columns.table("posts");
    Ok(Post {
        id: PostId(columns.get("id")?),
        space: SpaceId(columns.get("space_id")?),
        author: columns.get::<Option<i64>>("author_id")?.map(MemberId),
        title: columns.parsed("title", Title::parse)?,
        body: rich_text(columns)?,
        created_at: columns.time("created_at")?,
        updated_at: columns.time("updated_at")?,
    })
}

const ALL: List = List {
    columns: columns!(),
    from: "posts t",
    filter: "TRUE",
    key: "t.created_at",
    id: "t.id",
    by_text: false,
};

const OF_AUTHOR: List = List {
    filter: "t.author_id = ?1",
    ..ALL
};

/// Those of these posts that the viewer may read.
pub(super) fn readable(
    connection: &Connection,
    viewer: Viewer,
    ids: Vec<PostId>,
) -> Result<Vec<Post>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM posts t WHERE t.id IN (SELECT value FROM json_each(?3)) AND (t.author_id = ?1 OR ",
        readable::in_space!("t.space_id"),
        ")"
    );
    let parameters = readable::parameters_and(viewer, json_array(ids.into_iter().map(|id| id.0)));
    rows::all(connection, sql, params_from_iter(parameters), read)
}

fn create(
    connection: &Connection,
    author: Viewer,
    post: &NewPost,
    at: Timestamp,
) -> Result<Created<Post>, StoreError> {
    let sql = concat!(
        "SELECT id FROM spaces WHERE id = ?3 AND ",
        readable::in_space!("id")
    );
    let space = params![author.member.0, author.sees_all_spaces, post.space.0];
    if rows::first(connection, sql, space, |columns| columns.get::<i64>("id"))?.is_none() {
        return Ok(Created::NotFound);
    }
    let bytes = post.title.as_str().len() + post.body.html().len();
    if let Err(wait) = quota::count(connection, author.member, bytes, at)? {
        return Ok(Created::OverQuota(wait));
    }
    rows::execute(
        connection,
        "INSERT INTO posts (space_id, author_id, title, body, body_text, created_at, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        params![
            post.space.0,
            author.member.0,
            post.title.as_str(),
            post.body.html(),
            post.body.text(),
            at.as_millis()
        ],
    )?;
    let id = PostId(connection.last_insert_rowid());
    members::note_visit(connection, author.member, at)?;
    let written = readable(connection, author, vec![id])?.pop();
    Ok(written.map_or(Created::NotFound, Created::Done))
}

/// The post, if it is the author's own.
fn own(connection: &Connection, author: Viewer, id: PostId) -> Result<Edited<Post>, StoreError> {
    Ok(match readable(connection, author, vec![id])?.pop() {
        Some(post) if post.author == Some(author.member) => Edited::Done(post),
        Some(_) => Edited::NotYours,
        None => Edited::NotFound,
    })
}

fn update(
    connection: &Connection,
    author: Viewer,
    id: PostId,
    change: PostChange,
    at: Timestamp,
) -> Result<Edited<Post>, StoreError> {
    let post = match own(connection, author, id)? {
        Edited::Done(post) => post,
        refused => return Ok(refused),
    };
    let bytes = change.title.as_ref().map_or(0, |title| title.as_str().len())
        + change.body.as_ref().map_or(0, |body| body.html().len());
    if let Err(wait) = quota::count(connection, author.member, bytes, at)? {
        return Ok(Edited::OverQuota(wait));
    }
    let post = Post {
        title: change.title.unwrap_or(post.title),
        body: change.body.unwrap_or(post.body),
        updated_at: at,
        ..post
    };
    rows::execute(
        connection,
        "UPDATE posts SET title = ?2, body = ?3, body_text = ?4, updated_at = ?5 WHERE id = ?1",
        params![
            id.0,
            post.title.as_str(),
            post.body.html(),
            post.body.text(),
            at.as_millis()
        ],
    )?;
    members::note_visit(connection, author.member, at)?;
    Ok(Edited::Done(post))
}

fn delete(connection: &Connection, author: Viewer, id: PostId) -> Result<Edited<Post>, StoreError> {
    let post = own(connection, author, id)?;
    if matches!(post, Edited::Done(_)) {
        rows::execute(connection, "DELETE FROM posts WHERE id = ?1", [id.0])?;
    }
    Ok(post)
}

#[async_trait]
impl Posts for SqliteStore {
    async fn posts(&self, slice: SliceRequest) -> Result<Slice<Post>, StoreError> {
        self.scan(move |connection| ALL.slice(connection, vec![], &slice, read))
            .await
    }

    async fn count_posts(&self) -> Result<u64, StoreError> {
        self.scan(|connection| rows::count(connection, "SELECT count(*) FROM posts", []))
            .await
    }

    async fn posts_of(&self, author: MemberId, slice: SliceRequest) -> Result<Slice<Post>, StoreError> {
        self.scan(move |connection| OF_AUTHOR.slice(connection, vec![Value::Integer(author.0)], &slice, read))
            .await
    }

    async fn count_posts_of(&self, author: MemberId) -> Result<u64, StoreError> {
        self.look_up(|connection| {
            rows::count(
                connection,
                "SELECT count(*) FROM posts WHERE author_id = ?1",
                [author.0],
            )
        })
    }

    async fn posts_of_spaces(
        &self,
        spaces: Vec<SpaceId>,
        slice: SliceRequest,
    ) -> Result<Slices<SpaceId, Post>, StoreError> {
        let spaces = json_array(spaces.into_iter().map(|id| id.0));
        self.scan(move |connection| {
            let found = ALL.slices(connection, ("space_id", spaces), vec![], &slice, read)?;
            Ok(found
                .into_iter()
                .map(|(id, slice)| (SpaceId(id), slice))
                .collect())
        })
        .await
    }

    async fn count_posts_of_spaces(&self, spaces: Vec<SpaceId>) -> Result<HashMap<SpaceId, u64>, StoreError> {
        let spaces = json_array(spaces.into_iter().map(|id| id.0));
        self.scan(move |connection| {
            let sql = "SELECT space_id, count(*) FROM posts \
                       WHERE space_id IN (SELECT value FROM json_each(?1)) GROUP BY space_id";
            keyset::counts(connection, sql, spaces, SpaceId)
        })
        .await
    }

    async fn readable_posts(&self, viewer: Viewer, ids: Vec<PostId>) -> Result<Vec<Post>, StoreError> {
        self.look_up(|connection| readable(connection, viewer, ids))
    }

    async fn create_post(
        &self,
        author: Viewer,
        post: NewPost,
        at: Timestamp,
    ) -> Result<Created<Post>, StoreError> {
        self.write(move |connection| create(connection, author, &post, at))
            .await
    }

    async fn update_post(
        &self,
        author: Viewer,
        id: PostId,
        change: PostChange,
        at: Timestamp,
    ) -> Result<Edited<Post>, StoreError> {
        self.write(move |connection| update(connection, author, id, change, at))
            .await
    }

    async fn delete_post(&self, author: Viewer, id: PostId) -> Result<Edited<Post>, StoreError> {
        self.write(move |connection| delete(connection, author, id)).await
    }
}
