//! Writing, changing and deleting comments.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use latchkey_domain::content::{Comment, CommentId, PostId};
use latchkey_storage::content::NewComment;

use super::rules::{body, created, edited};
use crate::access::Extent::Written;
use crate::access::{Gate, any_token, requires_scope, scope_of};
use crate::context::{caller, now, store};
use crate::id::{global, number};
use crate::kind::Kind;
use crate::schema::comment::CommentNode;

/// A new comment.
#[derive(InputObject)]
pub(crate) struct CreateCommentInput {
    /// The id or resourceId of the post that it answers.
    post_id: ID,
    /// The text, in HTML; it is sanitized.
    body: String,
}

/// A change of a comment.
#[derive(InputObject)]
pub(crate) struct UpdateCommentInput {
    /// The id or resourceId of the comment.
    id: ID,
    /// The text, in HTML; it is sanitized.
    body: String,
}

/// The comment to delete.
#[derive(InputObject)]
pub(crate) struct DeleteCommentInput {
    /// The id or resourceId of the comment.
    id: ID,
}

/// The comment that was written.
#[derive(SimpleObject)]
pub(crate) struct CreateCommentPayload {
    /// The comment; null if it was not written.
    #[graphql(directive = any_token::apply())]
    comment: Option<CommentNode>,
    /// What is wrong with the texts; empty on success.
    #[graphql(directive = any_token::apply())]
    errors: Vec<String>,
}

/// The comment that was changed.
#[derive(SimpleObject)]
pub(crate) struct UpdateCommentPayload {
    /// The comment; null if it was not changed.
    #[graphql(directive = any_token::apply())]
    comment: Option<CommentNode>,
    /// What is wrong with the texts; empty on success.
    #[graphql(directive = any_token::apply())]
    errors: Vec<String>,
}

/// The comment that was deleted.
#[derive(SimpleObject)]
pub(crate) struct DeleteCommentPayload {
    /// The global id of the deleted comment.
    #[graphql(directive = any_token::apply())]
    deleted_comment_id: Option<ID>,
    /// Empty on success.
    #[graphql(directive = any_token::apply())]
    errors: Vec<String>,
}

#[derive(Default)]
pub(super) struct CommentMutations;

#[Object]
impl CommentMutations {
    /// Writes a comment on a post that you may read.
    #[graphql(directive = requires_scope::apply(scope_of::<Comment>(Written)))]
    async fn create_comment(
        &self,
        ctx: &Context<'_>,
        input: CreateCommentInput,
    ) -> Result<Option<CreateCommentPayload>> {
        let post = PostId(number(&input.post_id, Kind::Post)?);
        let (mut comment, mut errors) = (None, Vec::new());
        if let Some(body) = body(ctx, input.body, &mut errors).await? {
            let author = caller(ctx)?.viewer();
            let new = NewComment { post, body };
            let written = store(ctx)?.create_comment(author, new, now(ctx)?).await;
            let written = Gate::of(ctx)?.open_written(created(written, "post")?)?;
            comment = Some(CommentNode(written));
        }
        Ok(Some(CreateCommentPayload { comment, errors }))
    }

    /// Changes a comment of yours.
    #[graphql(directive = requires_scope::apply(scope_of::<Comment>(Written)))]
    async fn update_comment(
        &self,
        ctx: &Context<'_>,
        input: UpdateCommentInput,
    ) -> Result<Option<UpdateCommentPayload>> {
        let id = CommentId(number(&input.id, Kind::Comment)?);
        let (mut comment, mut errors) = (None, Vec::new());
        if let Some(body) = body(ctx, input.body, &mut errors).await? {
            let author = caller(ctx)?.viewer();
            let written = store(ctx)?.update_comment(author, id, body, now(ctx)?).await;
            let written = Gate::of(ctx)?.open_written(edited(written, "comment")?)?;
            comment = Some(CommentNode(written));
        }
        Ok(Some(UpdateCommentPayload { comment, errors }))
    }

    /// Deletes a comment of yours.
    #[graphql(directive = requires_scope::apply(scope_of::<Comment>(Written)))]
    async fn delete_comment(
        &self,
        ctx: &Context<'_>,
        input: DeleteCommentInput,
    ) -> Result<Option<DeleteCommentPayload>> {
        let id = CommentId(number(&input.id, Kind::Comment)?);
        let comment = store(ctx)?.delete_comment(caller(ctx)?.viewer(), id).await;
        let comment = edited(comment, "comment")?;
        Ok(Some(DeleteCommentPayload {
            deleted_comment_id: Some(global(Kind::Comment, comment.id.0)),
            errors: vec![],
        }))
    }
}
