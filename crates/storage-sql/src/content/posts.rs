//! Posts.

use std::collections::HashMap;

use async_trait::async_trait;
use latchkey_domain::content::{Post, PostId, RichText, SpaceId, Title, Viewer};
use latchkey_domain::{MemberId, Timestamp};

use super::keyset::{self, List};
use super::{distinct, quota, readable, rich_text, searched};
use crate::Isolation::RowLocked;
use crate::{Columns, Database, Param, SqlStore, Statements, members, params, rows};
use latchkey_storage::StoreError;
use latchkey_storage::content::{Created, Edited, NewPost, PostChange, Posts, Slice, SliceRequest, Slices};

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

static ALL: List = List {
    columns: columns!(),
    from: "posts t",
    filter: "TRUE",
    key: "t.created_at",
    id: "t.id",
    by_text: false,
};

static OF_AUTHOR: List = List {
    filter: "t.author_id = ?1",
    ..ALL
};

/// Those of these posts that the viewer may read.
pub(super) async fn readable(
    db: &dyn Statements,
    viewer: Viewer,
    ids: impl IntoIterator<Item = PostId> + Send,
) -> Result<Vec<Post>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM posts t WHERE t.id = ANY(?3) AND (t.author_id = ?1 OR ",
        readable::in_space!("t.space_id"),
        ")"
    );
    let parameters = readable::parameters_and(viewer, distinct(ids.into_iter().map(|id| id.0)));
    rows::all(db, sql, &parameters, read).await
}

/// Adds a post; its number.
pub(super) async fn insert(
    db: &dyn Statements,
    (space, author): (SpaceId, Option<MemberId>),
    title: &Title,
    body: &RichText,
    at: Timestamp,
) -> Result<PostId, StoreError> {
    let author = author.map(|author| author.0);
    let (title, html, text) = (title.as_str(), body.html(), body.text());
    let sql = "INSERT INTO posts (space_id, author_id, title, body, body_text, created_at, updated_at[[, words|]]) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6[[, ?7::tsvector|]]) RETURNING id";
    let row = searched!(db, (title, text), [space.0, author, title, html, text, at]);
    rows::insert(db, sql, &row).await.map(PostId)
}

async fn create(
    db: &dyn Statements,
    author: Viewer,
    post: &NewPost,
    at: Timestamp,
) -> Result<Created<Post>, StoreError> {
    let sql = concat!(
        "SELECT id FROM spaces WHERE id = ?3 AND ",
        readable::in_space!("id")
    );
    let space = params![author.member.0, author.sees_all_spaces, post.space.0];
    if rows::first(db, sql, space, |columns| columns.get::<i64>("id"))
        .await?
        .is_none()
    {
        return Ok(Created::NotFound);
    }
    if let Err(wait) = quota::count(db, author.member, post.bytes(), at).await? {
        return Ok(Created::OverQuota(wait));
    }
    let written_by = (post.space, Some(author.member));
    let id = insert(db, written_by, &post.title, &post.body, at).await?;
    members::note_visit(db, author.member, at).await?;
    let written = readable(db, author, [id]).await?.pop();
    Ok(written.map_or(Created::NotFound, Created::Done))
}

/// The post, if it is the author's own, locked until the transaction ends.
async fn own(db: &dyn Statements, author: Viewer, id: PostId) -> Result<Edited<Post>, StoreError> {
    rows::lock(db, "SELECT 1 FROM posts WHERE id = ?1 FOR UPDATE", params![id.0]).await?;
    let found = readable(db, author, [id]).await?.pop();
    Ok(Edited::by_author(found, |post| post.author, author.member))
}

async fn update(
    db: &dyn Statements,
    author: Viewer,
    id: PostId,
    change: &PostChange,
    at: Timestamp,
) -> Result<Edited<Post>, StoreError> {
    let post = match own(db, author, id).await? {
        Edited::Done(post) => post,
        refused => return Ok(refused),
    };
    if let Err(wait) = quota::count(db, author.member, change.bytes(), at).await? {
        return Ok(Edited::OverQuota(wait));
    }
    let post = change.apply(post, at);
    let (title, html, text) = (post.title.as_str(), post.body.html(), post.body.text());
    let sql = "UPDATE posts SET title = ?2, body = ?3, body_text = ?4, updated_at = ?5[[, words = ?6::tsvector|]] \
               WHERE id = ?1";
    let row = searched!(db, (title, text), [id.0, title, html, text, at]);
    rows::execute(db, sql, &row).await?;
    members::note_visit(db, author.member, at).await?;
    Ok(Edited::Done(post))
}

async fn delete(db: &dyn Statements, author: Viewer, id: PostId) -> Result<Edited<Post>, StoreError> {
    let post = own(db, author, id).await?;
    if matches!(post, Edited::Done(_)) {
        rows::execute(db, "DELETE FROM posts WHERE id = ?1", params![id.0]).await?;
    }
    Ok(post)
}

#[async_trait]
impl<D: Database> Posts for SqlStore<D> {
    async fn posts(&self, slice: SliceRequest) -> Result<Slice<Post>, StoreError> {
        self.scan(slice, |db, slice| Box::pin(ALL.slice(db, vec![], slice, read)))
            .await
    }

    async fn count_posts(&self) -> Result<u64, StoreError> {
        self.scan((), |db, ()| {
            Box::pin(rows::count(db, "SELECT count(*) FROM posts", &[]))
        })
        .await
    }

    async fn posts_of(&self, author: MemberId, slice: SliceRequest) -> Result<Slice<Post>, StoreError> {
        self.scan((author, slice), |db, (author, slice)| {
            Box::pin(OF_AUTHOR.slice(db, vec![Param::from(author.0)], slice, read))
        })
        .await
    }

    async fn count_posts_of(&self, author: MemberId) -> Result<u64, StoreError> {
        self.look_up([Param::from(author.0)], |db, parameters| {
            let sql = "SELECT count(*) FROM posts WHERE author_id = ?1";
            Box::pin(rows::count(db, sql, parameters))
        })
        .await
    }

    async fn posts_of_spaces(
        &self,
        spaces: Vec<SpaceId>,
        slice: SliceRequest,
    ) -> Result<Slices<SpaceId, Post>, StoreError> {
        let spaces = distinct(spaces.into_iter().map(|id| id.0));
        self.scan((spaces, slice), |db, (spaces, slice)| {
            Box::pin(ALL.slices(db, ("space_id", spaces), SpaceId, vec![], slice, read))
        })
        .await
    }

    async fn count_posts_of_spaces(&self, spaces: Vec<SpaceId>) -> Result<HashMap<SpaceId, u64>, StoreError> {
        let spaces = distinct(spaces.into_iter().map(|id| id.0));
        self.scan(spaces, |db, spaces| {
            let sql = "SELECT space_id, count(*) FROM posts WHERE space_id = ANY(?1) GROUP BY space_id";
            Box::pin(keyset::counts(db, sql, spaces, SpaceId))
        })
        .await
    }

    async fn readable_posts(&self, viewer: Viewer, ids: Vec<PostId>) -> Result<Vec<Post>, StoreError> {
        self.look_up((viewer, ids), |db, (viewer, ids)| {
            Box::pin(readable(db, *viewer, ids.iter().copied()))
        })
        .await
    }

    async fn create_post(
        &self,
        author: Viewer,
        post: NewPost,
        at: Timestamp,
    ) -> Result<Created<Post>, StoreError> {
        self.write(RowLocked, (author, post, at), |db, (author, post, at)| {
            Box::pin(create(db, *author, post, *at))
        })
        .await
    }

    async fn update_post(
        &self,
        author: Viewer,
        id: PostId,
        change: PostChange,
        at: Timestamp,
    ) -> Result<Edited<Post>, StoreError> {
        let args = (author, id, change, at);
        self.write(RowLocked, args, |db, (author, id, change, at)| {
            Box::pin(update(db, *author, *id, change, *at))
        })
        .await
    }

    async fn delete_post(&self, author: Viewer, id: PostId) -> Result<Edited<Post>, StoreError> {
        self.write(RowLocked, (author, id), |db, (author, id)| {
            Box::pin(delete(db, *author, *id))
        })
        .await
    }
}
