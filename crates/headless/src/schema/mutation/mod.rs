//! Where changes begin. What is wrong with a text stands in the payload's `errors`, for a form to show; what makes the
//! whole change impossible is an error of the query.

mod comments;
mod posts;

use async_graphql::{Context, Object, Result};
use latchkey_domain::content::{RichText, Title};
use latchkey_domain::{Clock, Scope, Timestamp};
use std::sync::Arc;

use self::comments::{
    CreateCommentInput, CreateCommentPayload, DeleteCommentInput, DeleteCommentPayload, UpdateCommentInput,
    UpdateCommentPayload,
};
use self::posts::{
    CreatePostInput, CreatePostPayload, DeletePostInput, DeletePostPayload, UpdatePostInput,
    UpdatePostPayload,
};
use crate::access::requires_scope;
use crate::error::ApiError;
use crate::html::Sanitizer;

/// Where changes begin.
pub(crate) struct Mutation;

/// Where changes begin. You may change and delete what you wrote yourself, whatever your role.
#[Object]
impl Mutation {
    /// Writes a post in a space that you may read in.
    #[graphql(directive = requires_scope::apply(Scope::WritePosts.to_string()))]
    async fn create_post(
        &self,
        ctx: &Context<'_>,
        input: CreatePostInput,
    ) -> Result<Option<CreatePostPayload>> {
        Ok(Some(posts::create(ctx, input).await?))
    }

    /// Changes a post of yours.
    #[graphql(directive = requires_scope::apply(Scope::WritePosts.to_string()))]
    async fn update_post(
        &self,
        ctx: &Context<'_>,
        input: UpdatePostInput,
    ) -> Result<Option<UpdatePostPayload>> {
        Ok(Some(posts::update(ctx, input).await?))
    }

    /// Deletes a post of yours with the comments under it.
    #[graphql(directive = requires_scope::apply(Scope::WritePosts.to_string()))]
    async fn delete_post(
        &self,
        ctx: &Context<'_>,
        input: DeletePostInput,
    ) -> Result<Option<DeletePostPayload>> {
        Ok(Some(posts::delete(ctx, input).await?))
    }

    /// Writes a comment under a post that you may read.
    #[graphql(directive = requires_scope::apply(Scope::WriteComments.to_string()))]
    async fn create_comment(
        &self,
        ctx: &Context<'_>,
        input: CreateCommentInput,
    ) -> Result<Option<CreateCommentPayload>> {
        Ok(Some(comments::create(ctx, input).await?))
    }

    /// Changes a comment of yours.
    #[graphql(directive = requires_scope::apply(Scope::WriteComments.to_string()))]
    async fn update_comment(
        &self,
        ctx: &Context<'_>,
        input: UpdateCommentInput,
    ) -> Result<Option<UpdateCommentPayload>> {
        Ok(Some(comments::update(ctx, input).await?))
    }

    /// Deletes a comment of yours.
    #[graphql(directive = requires_scope::apply(Scope::WriteComments.to_string()))]
    async fn delete_comment(
        &self,
        ctx: &Context<'_>,
        input: DeleteCommentInput,
    ) -> Result<Option<DeleteCommentPayload>> {
        Ok(Some(comments::delete(ctx, input).await?))
    }
}

fn now(ctx: &Context<'_>) -> Result<Timestamp, ApiError> {
    let clock = ctx.data::<Arc<dyn Clock>>().map_err(|_| ApiError::Internal)?;
    Ok(clock.now())
}

/// A title, or what is wrong with it among `errors`.
fn title(text: &str, errors: &mut Vec<String>) -> Option<Title> {
    Title::parse(text)
        .map_err(|error| errors.push(format!("Title: {error}")))
        .ok()
}

/// HTML made safe, or what is wrong with it among `errors`.
async fn body(
    ctx: &Context<'_>,
    html: String,
    errors: &mut Vec<String>,
) -> Result<Option<RichText>, ApiError> {
    let sanitizer = ctx.data::<Sanitizer>().map_err(|_| ApiError::Internal)?;
    let body = sanitizer.sanitize(html).await?.and_then(RichText::not_blank);
    Ok(body.map_err(|error| errors.push(format!("Body: {error}"))).ok())
}
