//! Writing, changing and deleting comments.

use async_graphql::{Context, ID, InputObject, Object};
use latchkey_domain::content::{CommentId, PostId};
use latchkey_storage::content::{Created, Edited, NewComment};

use super::{body, now};
use crate::access::any_token;
use crate::error::ApiError;
use crate::id::{Kind, global, number};
use crate::loaders::{caller, store};
use crate::open::Gate;
use crate::schema::comment::CommentNode;

/// A comment to be written.
#[derive(InputObject)]
pub(crate) struct CreateCommentInput {
    /// Under which post: its id or resourceId.
    post_id: ID,
    /// What it says, in HTML; it is sanitized.
    body: String,
}

/// What to change of a comment.
#[derive(InputObject)]
pub(crate) struct UpdateCommentInput {
    /// The id or resourceId of the comment.
    id: ID,
    /// What it says, in HTML; it is sanitized.
    body: String,
}

/// A comment to be deleted.
#[derive(InputObject)]
pub(crate) struct DeleteCommentInput {
    /// The id or resourceId of the comment.
    id: ID,
}

/// The comment that was written.
pub(crate) struct CreateCommentPayload {
    comment: Option<CommentNode>,
    errors: Vec<String>,
}

/// The comment that was written.
#[Object]
impl CreateCommentPayload {
    /// The comment; null if it was not written.
    #[graphql(directive = any_token::apply())]
    async fn comment(&self) -> Option<&CommentNode> {
        self.comment.as_ref()
    }

    /// What is wrong with the texts; empty when it worked.
    #[graphql(directive = any_token::apply())]
    async fn errors(&self) -> &[String] {
        &self.errors
    }
}

/// The comment that was changed.
pub(crate) struct UpdateCommentPayload {
    comment: Option<CommentNode>,
    errors: Vec<String>,
}

/// The comment that was changed.
#[Object]
impl UpdateCommentPayload {
    /// The comment; null if it was not changed.
    #[graphql(directive = any_token::apply())]
    async fn comment(&self) -> Option<&CommentNode> {
        self.comment.as_ref()
    }

    /// What is wrong with the texts; empty when it worked.
    #[graphql(directive = any_token::apply())]
    async fn errors(&self) -> &[String] {
        &self.errors
    }
}

/// The comment that was deleted.
pub(crate) struct DeleteCommentPayload {
    deleted_comment_id: ID,
}

/// The comment that was deleted.
#[Object]
impl DeleteCommentPayload {
    /// The global id of what is gone.
    #[graphql(directive = any_token::apply())]
    async fn deleted_comment_id(&self) -> Option<&ID> {
        Some(&self.deleted_comment_id)
    }

    /// Empty when it worked.
    #[graphql(directive = any_token::apply())]
    async fn errors(&self) -> &[String] {
        &[]
    }
}

pub(super) async fn create(
    ctx: &Context<'_>,
    input: CreateCommentInput,
) -> Result<CreateCommentPayload, ApiError> {
    let post = PostId(number(&input.post_id, Kind::Post)?);
    let mut errors = Vec::new();
    let Some(body) = body(ctx, input.body, &mut errors).await? else {
        return Ok(CreateCommentPayload {
            comment: None,
            errors,
        });
    };
    let author = caller(ctx)?.viewer();
    let comment = store(ctx)?
        .create_comment(author, NewComment { post, body }, now(ctx)?)
        .await?;
    let comment = match comment {
        Created::Done(comment) => comment,
        Created::NotFound => return Err(ApiError::NotFound("post")),
        Created::OverQuota(wait) => return Err(ApiError::OverQuota(wait)),
    };
    Ok(CreateCommentPayload {
        comment: Some(CommentNode(Gate::of(ctx)?.open_written(comment)?)),
        errors,
    })
}

pub(super) async fn update(
    ctx: &Context<'_>,
    input: UpdateCommentInput,
) -> Result<UpdateCommentPayload, ApiError> {
    let id = CommentId(number(&input.id, Kind::Comment)?);
    let mut errors = Vec::new();
    let Some(body) = body(ctx, input.body, &mut errors).await? else {
        return Ok(UpdateCommentPayload {
            comment: None,
            errors,
        });
    };
    let author = caller(ctx)?.viewer();
    let edited = store(ctx)?.update_comment(author, id, body, now(ctx)?).await?;
    Ok(UpdateCommentPayload {
        comment: Some(CommentNode(Gate::of(ctx)?.open_written(own(edited)?)?)),
        errors,
    })
}

pub(super) async fn delete(
    ctx: &Context<'_>,
    input: DeleteCommentInput,
) -> Result<DeleteCommentPayload, ApiError> {
    let id = CommentId(number(&input.id, Kind::Comment)?);
    let comment = own(store(ctx)?.delete_comment(caller(ctx)?.viewer(), id).await?)?;
    Ok(DeleteCommentPayload {
        deleted_comment_id: global(Kind::Comment, comment.id.0),
    })
}

fn own<T>(edited: Edited<T>) -> Result<T, ApiError> {
    match edited {
        Edited::Done(comment) => Ok(comment),
        Edited::OverQuota(wait) => Err(ApiError::OverQuota(wait)),
        Edited::NotFound => Err(ApiError::NotFound("comment")),
        Edited::NotYours => Err(ApiError::NotYours(
            "this comment is someone else’s; only its author may change it",
        )),
    }
}
