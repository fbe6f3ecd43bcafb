//! Writing, changing and deleting posts.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use latchkey_domain::content::{Post, PostId, SpaceId};
use latchkey_storage::content::{NewPost, PostChange};

use super::rules::{body, created, edited, title};
use crate::access::Extent::Written;
use crate::access::{Gate, any_token, requires_scope, scope_of};
use crate::context::{caller, now, store};
use crate::id::{global, number};
use crate::kind::Kind;
use crate::schema::post::PostNode;

/// A new post.
#[derive(InputObject)]
pub(crate) struct CreatePostInput {
    /// The id or resourceId of the space that it goes to.
    space_id: ID,
    /// The title.
    title: String,
    /// The text, in HTML; it is sanitized.
    body: String,
}

/// A change of a post. A field that is left out stays as it is.
#[derive(InputObject)]
pub(crate) struct UpdatePostInput {
    /// The id or resourceId of the post.
    id: ID,
    /// The title.
    title: Option<String>,
    /// The text, in HTML; it is sanitized.
    body: Option<String>,
}

/// The post to delete.
#[derive(InputObject)]
pub(crate) struct DeletePostInput {
    /// The id or resourceId of the post.
    id: ID,
}

/// The post that was written.
#[derive(SimpleObject)]
pub(crate) struct CreatePostPayload {
    /// The post; null if it was not written.
    #[graphql(directive = any_token::apply())]
    post: Option<PostNode>,
    /// What is wrong with the texts; empty on success.
    #[graphql(directive = any_token::apply())]
    errors: Vec<String>,
}

/// The post that was changed.
#[derive(SimpleObject)]
pub(crate) struct UpdatePostPayload {
    /// The post; null if it was not changed.
    #[graphql(directive = any_token::apply())]
    post: Option<PostNode>,
    /// What is wrong with the texts; empty on success.
    #[graphql(directive = any_token::apply())]
    errors: Vec<String>,
}

/// The post that was deleted.
#[derive(SimpleObject)]
pub(crate) struct DeletePostPayload {
    /// The global id of the deleted post.
    #[graphql(directive = any_token::apply())]
    deleted_post_id: Option<ID>,
    /// Empty on success.
    #[graphql(directive = any_token::apply())]
    errors: Vec<String>,
}

#[derive(Default)]
pub(super) struct PostMutations;

#[Object]
impl PostMutations {
    /// Writes a post in a space that you may read in.
    #[graphql(directive = requires_scope::apply(scope_of::<Post>(Written)))]
    async fn create_post(
        &self,
        ctx: &Context<'_>,
        input: CreatePostInput,
    ) -> Result<Option<CreatePostPayload>> {
        let space = SpaceId(number(&input.space_id, Kind::Space)?);
        let (mut post, mut errors) = (None, Vec::new());
        let title = title(&input.title, &mut errors);
        let body = body(ctx, input.body, &mut errors).await?;
        if let (Some(title), Some(body)) = (title, body) {
            let author = caller(ctx)?.viewer();
            let new = NewPost { space, title, body };
            let written = store(ctx)?.create_post(author, new, now(ctx)?).await;
            let written = Gate::of(ctx)?.open_written(created(written, "space")?)?;
            post = Some(PostNode(written));
        }
        Ok(Some(CreatePostPayload { post, errors }))
    }

    /// Changes a post of yours.
    #[graphql(directive = requires_scope::apply(scope_of::<Post>(Written)))]
    async fn update_post(
        &self,
        ctx: &Context<'_>,
        input: UpdatePostInput,
    ) -> Result<Option<UpdatePostPayload>> {
        let id = PostId(number(&input.id, Kind::Post)?);
        let (mut post, mut errors) = (None, Vec::new());
        let title = input.title.and_then(|text| title(&text, &mut errors));
        let body = match input.body {
            Some(html) => body(ctx, html, &mut errors).await?,
            None => None,
        };
        if errors.is_empty() {
            let author = caller(ctx)?.viewer();
            let change = PostChange { title, body };
            let written = store(ctx)?.update_post(author, id, change, now(ctx)?).await;
            let written = Gate::of(ctx)?.open_written(edited(written, "post")?)?;
            post = Some(PostNode(written));
        }
        Ok(Some(UpdatePostPayload { post, errors }))
    }

    /// Deletes a post of yours and its comments.
    #[graphql(directive = requires_scope::apply(scope_of::<Post>(Written)))]
    async fn delete_post(
        &self,
        ctx: &Context<'_>,
        input: DeletePostInput,
    ) -> Result<Option<DeletePostPayload>> {
        let id = PostId(number(&input.id, Kind::Post)?);
        let post = store(ctx)?.delete_post(caller(ctx)?.viewer(), id).await;
        Ok(Some(DeletePostPayload {
            deleted_post_id: Some(global(Kind::Post, edited(post, "post")?.id.0)),
            errors: vec![],
        }))
    }
}
