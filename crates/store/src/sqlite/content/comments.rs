//! Comments.

use std::collections::HashMap;

use async_trait::async_trait;
use latchkey_domain::content::{Comment, CommentId, PostId, RichText, Viewer};
use latchkey_domain::{MemberId, Timestamp};
use rusqlite::{Connection, params, params_from_iter};

use super::keyset::{self, List};
use super::{json_array, posts, quota, readable, rich_text};
use crate::StoreError;
use crate::content::{Comments, Created, Edited, NewComment, SliceRequest, Slices};
use crate::sqlite::rows::{self, Columns};
use crate::sqlite::{SqliteStore, members};

/// What [`read`] reads, of `comments t`.
macro_rules! columns {
    () => {
        "t.id, t.post_id, t.author_id, t.body, t.body_text, t.created_at, t.updated_at"
    };
}

fn read(columns: &mut Columns<'_, '_>) -> Result<Comment, StoreError> {
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

fn numbers(ids: Vec<PostId>) -> String {
    json_array(ids.into_iter().map(|id| id.0))
}

fn readable(
    connection: &Connection,
    viewer: Viewer,
    ids: Vec<CommentId>,
) -> Result<Vec<Comment>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM comments t JOIN posts p ON p.id = t.post_id WHERE t.id IN (SELECT value FROM json_each(?3)) \
          AND (t.author_id = ?1 OR p.author_id = ?1 OR ",
        readable::in_space!("p.space_id"),
        ")"
    );
    let parameters = readable::parameters_and(viewer, json_array(ids.into_iter().map(|id| id.0)));
    rows::all(connection, sql, params_from_iter(parameters), read)
}

fn create(
    connection: &Connection,
    author: Viewer,
    comment: &NewComment,
    at: Timestamp,
) -> Result<Created<Comment>, StoreError> {
    if posts::readable(connection, author, vec![comment.post])?.is_empty() {
        return Ok(Created::NotFound);
    }
    if let Err(wait) = quota::count(connection, author.member, comment.body.html().len(), at)? {
        return Ok(Created::OverQuota(wait));
    }
    rows::execute(
        connection,
        "INSERT INTO comments (post_id, author_id, body, body_text, created_at, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        params![
            comment.post.0,
            author.member.0,
            comment.body.html(),
            comment.body.text(),
            at.as_millis()
        ],
    )?;
    let id = CommentId(connection.last_insert_rowid());
    members::note_visit(connection, author.member, at)?;
    let written = readable(connection, author, vec![id])?.pop();
    Ok(written.map_or(Created::NotFound, Created::Done))
}

/// The comment, if it is the author's own.
fn own(connection: &Connection, author: Viewer, id: CommentId) -> Result<Edited<Comment>, StoreError> {
    Ok(match readable(connection, author, vec![id])?.pop() {
        Some(comment) if comment.author == Some(author.member) => Edited::Done(comment),
        Some(_) => Edited::NotYours,
        None => Edited::NotFound,
    })
}

fn update(
    connection: &Connection,
    author: Viewer,
    id: CommentId,
    body: RichText,
    at: Timestamp,
) -> Result<Edited<Comment>, StoreError> {
    let comment = match own(connection, author, id)? {
        Edited::Done(comment) => comment,
        refused => return Ok(refused),
    };
    if let Err(wait) = quota::count(connection, author.member, body.html().len(), at)? {
        return Ok(Edited::OverQuota(wait));
    }
    rows::execute(
        connection,
        "UPDATE comments SET body = ?2, body_text = ?3, updated_at = ?4 WHERE id = ?1",
        params![id.0, body.html(), body.text(), at.as_millis()],
    )?;
    members::note_visit(connection, author.member, at)?;
    Ok(Edited::Done(Comment {
        body,
        updated_at: at,
        ..comment
    }))
}

fn delete(connection: &Connection, author: Viewer, id: CommentId) -> Result<Edited<Comment>, StoreError> {
    let comment = own(connection, author, id)?;
    if matches!(comment, Edited::Done(_)) {
        rows::execute(connection, "DELETE FROM comments WHERE id = ?1", [id.0])?;
    }
    Ok(comment)
}

#[async_trait]
impl Comments for SqliteStore {
    async fn comments_of_posts(
        &self,
        posts: Vec<PostId>,
        slice: SliceRequest,
    ) -> Result<Slices<PostId, Comment>, StoreError> {
        self.scan(move |connection| {
            let found = ALL.slices(connection, ("post_id", numbers(posts)), vec![], &slice, read)?;
            Ok(found.into_iter().map(|(id, slice)| (PostId(id), slice)).collect())
        })
        .await
    }

    async fn count_comments_of_posts(&self, posts: Vec<PostId>) -> Result<HashMap<PostId, u64>, StoreError> {
        self.scan(move |connection| {
            let sql = "SELECT post_id, count(*) FROM comments \
                       WHERE post_id IN (SELECT value FROM json_each(?1)) GROUP BY post_id";
            keyset::counts(connection, sql, numbers(posts), PostId)
        })
        .await
    }

    async fn readable_comments(
        &self,
        viewer: Viewer,
        ids: Vec<CommentId>,
    ) -> Result<Vec<Comment>, StoreError> {
        self.look_up(|connection| readable(connection, viewer, ids))
    }

    async fn create_comment(
        &self,
        author: Viewer,
        comment: NewComment,
        at: Timestamp,
    ) -> Result<Created<Comment>, StoreError> {
        self.write(move |connection| create(connection, author, &comment, at))
            .await
    }

    async fn update_comment(
        &self,
        author: Viewer,
        id: CommentId,
        body: RichText,
        at: Timestamp,
    ) -> Result<Edited<Comment>, StoreError> {
        self.write(move |connection| update(connection, author, id, body, at))
            .await
    }

    async fn delete_comment(&self, author: Viewer, id: CommentId) -> Result<Edited<Comment>, StoreError> {
        self.write(move |connection| delete(connection, author, id)).await
    }
}
