//! Comments.

use std::collections::HashMap;

use async_trait::async_trait;
use latchkey_domain::content::{Comment, CommentId, PostId, RichText, Viewer};
use latchkey_domain::{MemberId, Timestamp};

use super::keyset::{self, List};
use super::{distinct, posts, quota, readable, rich_text};
use crate::StoreError;
use crate::content::words;
use crate::content::{Comments, Created, Edited, NewComment, SliceRequest, Slices};
use crate::postgres::params::params;
use crate::postgres::rows::Statements;
use crate::postgres::rows::{self, Columns};
use crate::postgres::transaction::transact;
use crate::postgres::watch::named;
use crate::postgres::{PostgresStore, members};

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

const ALL: List = List {
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
    db: &impl Statements,
    viewer: Viewer,
    ids: Vec<CommentId>,
) -> Result<Vec<Comment>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM comments t JOIN posts p ON p.id = t.post_id WHERE t.id = ANY($3) \
          AND (t.author_id = $1 OR p.author_id = $1 OR ",
        readable::in_space!("p.space_id"),
        ")"
    );
    let parameters = readable::parameters_and(viewer, distinct(ids.into_iter().map(|id| id.0)));
    rows::all(db, sql, &parameters, read).await
}

async fn create(
    db: &impl Statements,
    author: Viewer,
    comment: &NewComment,
    at: Timestamp,
) -> Result<Created<Comment>, StoreError> {
    if posts::readable(db, author, vec![comment.post]).await?.is_empty() {
        return Ok(Created::NotFound);
    }
    if let Err(wait) = quota::count(db, author.member, comment.body.html().len(), at).await? {
        return Ok(Created::OverQuota(wait));
    }
    let id = rows::insert(
        db,
        "INSERT INTO comments (post_id, author_id, body, body_text, created_at, updated_at, words) \
         VALUES ($1, $2, $3, $4, $5, $5, $6::tsvector) RETURNING id",
        params![
            comment.post.0,
            author.member.0,
            comment.body.html(),
            comment.body.text(),
            at,
            words::vector("", comment.body.text())
        ],
    )
    .await?;
    members::note_visit(db, author.member, at).await?;
    let written = readable(db, author, vec![CommentId(id)]).await?.pop();
    Ok(written.map_or(Created::NotFound, Created::Done))
}

/// The comment, if it is the author's own. Nobody else changes it until the transaction ends.
async fn own(db: &impl Statements, author: Viewer, id: CommentId) -> Result<Edited<Comment>, StoreError> {
    db.execute("SELECT 1 FROM comments WHERE id = $1 FOR UPDATE", params![id.0])
        .await?;
    Ok(match readable(db, author, vec![id]).await?.pop() {
        Some(comment) if comment.author == Some(author.member) => Edited::Done(comment),
        Some(_) => Edited::NotYours,
        None => Edited::NotFound,
    })
}

async fn update(
    db: &impl Statements,
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
    rows::execute(
        db,
        "UPDATE comments SET body = $2, body_text = $3, updated_at = $4, words = $5::tsvector WHERE id = $1",
        params![id.0, body.html(), body.text(), at, words::vector("", body.text())],
    )
    .await?;
    members::note_visit(db, author.member, at).await?;
    Ok(Edited::Done(Comment {
        body: body.clone(),
        updated_at: at,
        ..comment
    }))
}

async fn delete(db: &impl Statements, author: Viewer, id: CommentId) -> Result<Edited<Comment>, StoreError> {
    let comment = own(db, author, id).await?;
    if matches!(comment, Edited::Done(_)) {
        rows::execute(db, "DELETE FROM comments WHERE id = $1", params![id.0]).await?;
    }
    Ok(comment)
}

#[async_trait]
impl Comments for PostgresStore {
    async fn comments_of_posts(
        &self,
        posts: Vec<PostId>,
        slice: SliceRequest,
    ) -> Result<Slices<PostId, Comment>, StoreError> {
        let found = ALL
            .slices(&named!(self), ("post_id", numbers(posts)), vec![], &slice, read)
            .await?;
        Ok(found.into_iter().map(|(id, slice)| (PostId(id), slice)).collect())
    }

    async fn count_comments_of_posts(&self, posts: Vec<PostId>) -> Result<HashMap<PostId, u64>, StoreError> {
        let sql = "SELECT post_id, count(*) FROM comments \
                       WHERE post_id = ANY($1) GROUP BY post_id";
        keyset::counts(&named!(self), sql, numbers(posts), PostId).await
    }

    async fn readable_comments(
        &self,
        viewer: Viewer,
        ids: Vec<CommentId>,
    ) -> Result<Vec<Comment>, StoreError> {
        readable(&named!(self), viewer, ids).await
    }

    async fn create_comment(
        &self,
        author: Viewer,
        comment: NewComment,
        at: Timestamp,
    ) -> Result<Created<Comment>, StoreError> {
        transact!(self, RowLocked, |tx| create(tx, author, &comment, at))
    }

    async fn update_comment(
        &self,
        author: Viewer,
        id: CommentId,
        body: RichText,
        at: Timestamp,
    ) -> Result<Edited<Comment>, StoreError> {
        transact!(self, RowLocked, |tx| update(tx, author, id, &body, at))
    }

    async fn delete_comment(&self, author: Viewer, id: CommentId) -> Result<Edited<Comment>, StoreError> {
        transact!(self, RowLocked, |tx| delete(tx, author, id))
    }
}
