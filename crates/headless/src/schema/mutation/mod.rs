//! The root of mutations.

mod comments;
mod posts;
mod rules;

use async_graphql::{Context, Object, Result};
use latchkey_domain::content::{Comment, Post};

use self::comments::{
    CreateCommentInput, CreateCommentPayload, DeleteCommentInput, DeleteCommentPayload, UpdateCommentInput,
    UpdateCommentPayload,
};
use self::posts::{
    CreatePostInput, CreatePostPayload, DeletePostInput, DeletePostPayload, UpdatePostInput,
    UpdatePostPayload,
};
use crate::access::Extent::Written;
use crate::access::{requires_scope, scope_of};

pub(crate) struct Mutation;

/// All mutations. You can change and delete only what you wrote yourself, whatever your role.
#[Object]
impl Mutation {
    /// Writes a post in a space that you may read in.
    #[graphql(directive = requires_scope::apply(scope_of::<Post>(Written)))]
    async fn create_post(
        &self,
        ctx: &Context<'_>,
        input: CreatePostInput,
    ) -> Result<Option<CreatePostPayload>> {
        Ok(Some(posts::create(ctx, input).await?))
    }

    /// Changes a post of yours.
    #[graphql(directive = requires_scope::apply(scope_of::<Post>(Written)))]
    async fn update_post(
        &self,
        ctx: &Context<'_>,
        input: UpdatePostInput,
    ) -> Result<Option<UpdatePostPayload>> {
        Ok(Some(posts::update(ctx, input).await?))
    }

    /// Deletes a post of yours and its comments.
    #[graphql(directive = requires_scope::apply(scope_of::<Post>(Written)))]
    async fn delete_post(
        &self,
        ctx: &Context<'_>,
        input: DeletePostInput,
    ) -> Result<Option<DeletePostPayload>> {
        Ok(Some(posts::delete(ctx, input).await?))
    }

    /// Writes a comment on a post that you may read.
    #[graphql(directive = requires_scope::apply(scope_of::<Comment>(Written)))]
    async fn create_comment(
        &self,
        ctx: &Context<'_>,
        input: CreateCommentInput,
    ) -> Result<Option<CreateCommentPayload>> {
        Ok(Some(comments::create(ctx, input).await?))
    }

    /// Changes a comment of yours.
    #[graphql(directive = requires_scope::apply(scope_of::<Comment>(Written)))]
    async fn update_comment(
        &self,
        ctx: &Context<'_>,
        input: UpdateCommentInput,
    ) -> Result<Option<UpdateCommentPayload>> {
        Ok(Some(comments::update(ctx, input).await?))
    }

    /// Deletes a comment of yours.
    #[graphql(directive = requires_scope::apply(scope_of::<Comment>(Written)))]
    async fn delete_comment(
        &self,
        ctx: &Context<'_>,
        input: DeleteCommentInput,
    ) -> Result<Option<DeleteCommentPayload>> {
        Ok(Some(comments::delete(ctx, input).await?))
    }
}
