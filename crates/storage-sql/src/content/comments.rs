//! Comments.

use std::collections::HashMap;

use async_trait::async_trait;
use latchkey_domain::content::{Comment, CommentId, PostId, RichText, Viewer};
use latchkey_domain::{MemberId, Timestamp};

use super::keyset::{self, List};
use super::{distinct, posts, quota, readable, rich_text, searched};
use crate::Isolation::RowLocked;
use crate::{Columns, Database, SqlStore, Statements, members, params, rows};
use latchkey_storage::StoreError;
use latchkey_storage::content::{Comments, Created, Edited, NewComment, SliceRequest, Slices};

/// What [`read`] reads, of `comments t`.
macro_rules! columns {
    () => {
        "t.id, t.post_id, t.author_id, t.body, t.body_text, t.created_at, t.updated_at"
    };
}

fn read(columns: &mut Columns<'_>) -> Result<Comment, StoreError> {
    columns.table("comments");
    Ok(Comment {
        id: CommentId(columns.get("id")?),
        post: PostId(columns.get("post_id")?),
        author: columns.get::<Option<i64>>("author_id")?.map(MemberId),
        body: rich_text(columns)?,
        created_at: columns.time("created_at")?,
        updated_at: columns.time("updated_at")?,
    })
}

static ALL: List = List {
    columns: columns!(),
    from: "comments t",
    filter: "TRUE",
    key: "t.created_at",
    id: "t.id",
    by_text: false,
};

fn numbers(ids: Vec<PostId>) -> Vec<i64> {
    distinct(ids.into_iter().map(|id| id.0))
}

async fn readable(
    db: &dyn Statements,
    viewer: Viewer,
    ids: impl IntoIterator<Item = CommentId> + Send,
) -> Result<Vec<Comment>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM comments t JOIN posts p ON p.id = t.post_id WHERE t.id = ANY(?3) \
          AND (t.author_id = ?1 OR p.author_id = ?1 OR ",
        readable::in_space!("p.space_id"),
        ")"
    );
    let parameters = readable::parameters_and(viewer, distinct(ids.into_iter().map(|id| id.0)));
    rows::all(db, sql, &parameters, read).await
}

/// Adds a comment; its number.
pub(super) async fn insert(
    db: &dyn Statements,
    post: PostId,
    author: Option<MemberId>,
    body: &RichText,
    at: Timestamp,
) -> Result<CommentId, StoreError> {
    let author = author.map(|author| author.0);
    let (html, text) = (body.html(), body.text());
    let sql = "INSERT INTO comments (post_id, author_id, body, body_text, created_at, updated_at[[, words|]]) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?5[[, ?6::tsvector|]]) RETURNING id";
    let row = searched!(db, ("", text), [post.0, author, html, text, at]);
    rows::insert(db, sql, &row).await.map(CommentId)
}

async fn create(
    db: &dyn Statements,
    author: Viewer,
    comment: &NewComment,
    at: Timestamp,
) -> Result<Created<Comment>, StoreError> {
    if posts::readable(db, author, [comment.post]).await?.is_empty() {
        return Ok(Created::NotFound);
    }
    if let Err(wait) = quota::count(db, author.member, comment.body.html().len(), at).await? {
        return Ok(Created::OverQuota(wait));
    }
    let id = insert(db, comment.post, Some(author.member), &comment.body, at).await?;
    members::note_visit(db, author.member, at).await?;
    let written = readable(db, author, [id]).await?.pop();
    Ok(written.map_or(Created::NotFound, Created::Done))
}

/// The comment, if it is the author's own, locked until the transaction ends.
async fn own(db: &dyn Statements, author: Viewer, id: CommentId) -> Result<Edited<Comment>, StoreError> {
    rows::lock(
        db,
        "SELECT 1 FROM comments WHERE id = ?1 FOR UPDATE",
        params![id.0],
    )
    .await?;
    let found = readable(db, author, [id]).await?.pop();
    Ok(Edited::by_author(found, |comment| comment.author, author.member))
}

async fn update(
    db: &dyn Statements,
    author: Viewer,
    id: CommentId,
    body: &RichText,
    at: Timestamp,
) -> Result<Edited<Comment>, StoreError> {
    let comment = match own(db, author, id).await? {
        Edited::Done(comment) => comment,
        refused => return Ok(refused),
    };
    if let Err(wait) = quota::count(db, author.member, body.html().len(), at).await? {
        return Ok(Edited::OverQuota(wait));
    }
    let sql = "UPDATE comments SET body = ?2, body_text = ?3, updated_at = ?4[[, words = ?5::tsvector|]] \
               WHERE id = ?1";
    let row = searched!(db, ("", body.text()), [id.0, body.html(), body.text(), at]);
    rows::execute(db, sql, &row).await?;
    members::note_visit(db, author.member, at).await?;
    Ok(Edited::Done(Comment {
        body: body.clone(),
        updated_at: at,
        ..comment
    }))
}

async fn delete(db: &dyn Statements, author: Viewer, id: CommentId) -> Result<Edited<Comment>, StoreError> {
    let comment = own(db, author, id).await?;
    if matches!(comment, Edited::Done(_)) {
        rows::execute(db, "DELETE FROM comments WHERE id = ?1", params![id.0]).await?;
    }
    Ok(comment)
}

#[async_trait]
impl<D: Database> Comments for SqlStore<D> {
    async fn comments_of_posts(
        &self,
        posts: Vec<PostId>,
        slice: SliceRequest,
    ) -> Result<Slices<PostId, Comment>, StoreError> {
        self.scan((numbers(posts), slice), |db, (posts, slice)| {
            Box::pin(ALL.slices(db, ("post_id", posts), PostId, vec![], slice, read))
        })
        .await
    }

    async fn count_comments_of_posts(&self, posts: Vec<PostId>) -> Result<HashMap<PostId, u64>, StoreError> {
        self.scan(numbers(posts), |db, posts| {
            let sql = "SELECT post_id, count(*) FROM comments WHERE post_id = ANY(?1) GROUP BY post_id";
            Box::pin(keyset::counts(db, sql, posts, PostId))
        })
        .await
    }

    async fn readable_comments(
        &self,
        viewer: Viewer,
        ids: Vec<CommentId>,
    ) -> Result<Vec<Comment>, StoreError> {
        self.look_up((viewer, ids), |db, (viewer, ids)| {
            Box::pin(readable(db, *viewer, ids.iter().copied()))
        })
        .await
    }

    async fn create_comment(
        &self,
        author: Viewer,
        comment: NewComment,
        at: Timestamp,
    ) -> Result<Created<Comment>, StoreError> {
        let args = (author, comment, at);
        self.write(RowLocked, args, |db, (author, comment, at)| {
            Box::pin(create(db, *author, comment, *at))
        })
        .await
    }

    async fn update_comment(
        &self,
        author: Viewer,
        id: CommentId,
        body: RichText,
        at: Timestamp,
    ) -> Result<Edited<Comment>, StoreError> {
        let args = (author, id, body, at);
        self.write(RowLocked, args, |db, (author, id, body, at)| {
            Box::pin(update(db, *author, *id, body, *at))
        })
        .await
    }

    async fn delete_comment(&self, author: Viewer, id: CommentId) -> Result<Edited<Comment>, StoreError> {
        self.write(RowLocked, (author, id), |db, (author, id)| {
            Box::pin(delete(db, *author, *id))
        })
        .await
    }
}
