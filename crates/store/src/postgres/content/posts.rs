//! Posts.

use std::collections::HashMap;

use async_trait::async_trait;
use latchkey_domain::content::{Post, PostId, SpaceId, Title, Viewer};
use latchkey_domain::{MemberId, Timestamp};

use super::keyset::{self, List};
use super::{distinct, quota, readable, rich_text};
use crate::StoreError;
use crate::content::words;
use crate::content::{Created, Edited, NewPost, PostChange, Posts, Slice, SliceRequest, Slices};
use crate::postgres::params::{Param, params};
use crate::postgres::rows::Statements;
use crate::postgres::rows::{self, Columns};
use crate::postgres::transaction::transact;
use crate::postgres::watch::named;
use crate::postgres::{PostgresStore, members};

/// What [`read`] reads, of `posts t`.
macro_rules! columns {
    () => {
        "t.id, t.space_id, t.author_id, t.title, t.body, t.body_text, t.created_at, t.updated_at"
    };
}

fn read(columns: &mut Columns<'_>) -> Result<Post, StoreError> {
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
    filter: "t.author_id = $1",
    ..ALL
};

/// Those of these posts that the viewer may read.
pub(super) async fn readable(
    db: &impl Statements,
    viewer: Viewer,
    ids: Vec<PostId>,
) -> Result<Vec<Post>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM posts t WHERE t.id = ANY($3) AND (t.author_id = $1 OR ",
        readable::in_space!("t.space_id"),
        ")"
    );
    let parameters = readable::parameters_and(viewer, distinct(ids.into_iter().map(|id| id.0)));
    rows::all(db, sql, &parameters, read).await
}

async fn create(
    db: &impl Statements,
    author: Viewer,
    post: &NewPost,
    at: Timestamp,
) -> Result<Created<Post>, StoreError> {
    let sql = concat!(
        "SELECT id FROM spaces WHERE id = $3 AND ",
        readable::in_space!("id")
    );
    let space = params![author.member.0, author.sees_all_spaces, post.space.0];
    if rows::first(db, sql, space, |columns| columns.get::<i64>("id"))
        .await?
        .is_none()
    {
        return Ok(Created::NotFound);
    }
    let bytes = post.title.as_str().len() + post.body.html().len();
    if let Err(wait) = quota::count(db, author.member, bytes, at).await? {
        return Ok(Created::OverQuota(wait));
    }
    let id = rows::insert(
        db,
        "INSERT INTO posts (space_id, author_id, title, body, body_text, created_at, updated_at, words) \
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7::tsvector) RETURNING id",
        params![
            post.space.0,
            author.member.0,
            post.title.as_str(),
            post.body.html(),
            post.body.text(),
            at,
            words::vector(post.title.as_str(), post.body.text())
        ],
    )
    .await?;
    members::note_visit(db, author.member, at).await?;
    let written = readable(db, author, vec![PostId(id)]).await?.pop();
    Ok(written.map_or(Created::NotFound, Created::Done))
}

/// The post, if it is the author's own. Nobody else changes it until the transaction ends.
async fn own(db: &impl Statements, author: Viewer, id: PostId) -> Result<Edited<Post>, StoreError> {
    db.execute("SELECT 1 FROM posts WHERE id = $1 FOR UPDATE", params![id.0])
        .await?;
    Ok(match readable(db, author, vec![id]).await?.pop() {
        Some(post) if post.author == Some(author.member) => Edited::Done(post),
        Some(_) => Edited::NotYours,
        None => Edited::NotFound,
    })
}

async fn update(
    db: &impl Statements,
    author: Viewer,
    id: PostId,
    change: &PostChange,
    at: Timestamp,
) -> Result<Edited<Post>, StoreError> {
    let post = match own(db, author, id).await? {
        Edited::Done(post) => post,
        refused => return Ok(refused),
    };
    let bytes = change.title.as_ref().map_or(0, |title| title.as_str().len())
        + change.body.as_ref().map_or(0, |body| body.html().len());
    if let Err(wait) = quota::count(db, author.member, bytes, at).await? {
        return Ok(Edited::OverQuota(wait));
    }
    let post = Post {
        title: change.title.clone().unwrap_or(post.title),
        body: change.body.clone().unwrap_or(post.body),
        updated_at: at,
        ..post
    };
    rows::execute(
        db,
        "UPDATE posts SET title = $2, body = $3, body_text = $4, updated_at = $5, words = $6::tsvector WHERE id = $1",
        params![
            id.0,
            post.title.as_str(),
            post.body.html(),
            post.body.text(),
            at,
            words::vector(post.title.as_str(), post.body.text())
        ],
    ).await?;
    members::note_visit(db, author.member, at).await?;
    Ok(Edited::Done(post))
}

async fn delete(db: &impl Statements, author: Viewer, id: PostId) -> Result<Edited<Post>, StoreError> {
    let post = own(db, author, id).await?;
    if matches!(post, Edited::Done(_)) {
        rows::execute(db, "DELETE FROM posts WHERE id = $1", params![id.0]).await?;
    }
    Ok(post)
}

#[async_trait]
impl Posts for PostgresStore {
    async fn posts(&self, slice: SliceRequest) -> Result<Slice<Post>, StoreError> {
        ALL.slice(&named!(self), vec![], &slice, read).await
    }

    async fn count_posts(&self) -> Result<u64, StoreError> {
        rows::count(&named!(self), "SELECT count(*) FROM posts", &[]).await
    }

    async fn posts_of(&self, author: MemberId, slice: SliceRequest) -> Result<Slice<Post>, StoreError> {
        OF_AUTHOR
            .slice(&named!(self), vec![Param::from(author.0)], &slice, read)
            .await
    }

    async fn count_posts_of(&self, author: MemberId) -> Result<u64, StoreError> {
        rows::count(
            &named!(self),
            "SELECT count(*) FROM posts WHERE author_id = $1",
            params![author.0],
        )
        .await
    }

    async fn posts_of_spaces(
        &self,
        spaces: Vec<SpaceId>,
        slice: SliceRequest,
    ) -> Result<Slices<SpaceId, Post>, StoreError> {
        let spaces = distinct(spaces.into_iter().map(|id| id.0));
        let found = ALL
            .slices(&named!(self), ("space_id", spaces), vec![], &slice, read)
            .await?;
        Ok(found
            .into_iter()
            .map(|(id, slice)| (SpaceId(id), slice))
            .collect())
    }

    async fn count_posts_of_spaces(&self, spaces: Vec<SpaceId>) -> Result<HashMap<SpaceId, u64>, StoreError> {
        let spaces = distinct(spaces.into_iter().map(|id| id.0));
        let sql = "SELECT space_id, count(*) FROM posts \
                       WHERE space_id = ANY($1) GROUP BY space_id";
        keyset::counts(&named!(self), sql, spaces, SpaceId).await
    }

    async fn readable_posts(&self, viewer: Viewer, ids: Vec<PostId>) -> Result<Vec<Post>, StoreError> {
        readable(&named!(self), viewer, ids).await
    }

    async fn create_post(
        &self,
        author: Viewer,
        post: NewPost,
        at: Timestamp,
    ) -> Result<Created<Post>, StoreError> {
        transact!(self, RowLocked, |tx| create(tx, author, &post, at))
    }

    async fn update_post(
        &self,
        author: Viewer,
        id: PostId,
        change: PostChange,
        at: Timestamp,
    ) -> Result<Edited<Post>, StoreError> {
        transact!(self, RowLocked, |tx| update(tx, author, id, &change, at))
    }

    async fn delete_post(&self, author: Viewer, id: PostId) -> Result<Edited<Post>, StoreError> {
        transact!(self, RowLocked, |tx| delete(tx, author, id))
    }
}
