//! Writing, changing and deleting posts.

use async_graphql::{Context, ID, InputObject, Object};
use latchkey_domain::content::{PostId, SpaceId};
use latchkey_storage::content::{Created, Edited, NewPost, PostChange};

use super::{body, now, title};
use crate::access::any_token;
use crate::error::ApiError;
use crate::id::{Kind, global, number};
use crate::loaders::{caller, store};
use crate::open::Gate;
use crate::schema::post::PostNode;

/// A post to be written.
#[derive(InputObject)]
pub(crate) struct CreatePostInput {
    /// Where: the id or resourceId of a space.
    space_id: ID,
    /// What it is called.
    title: String,
    /// What it says, in HTML; it is sanitized.
    body: String,
}

/// What to change of a post; what is left out stays.
#[derive(InputObject)]
pub(crate) struct UpdatePostInput {
    /// The id or resourceId of the post.
    id: ID,
    /// What it is called.
    title: Option<String>,
    /// What it says, in HTML; it is sanitized.
    body: Option<String>,
}

/// A post to be deleted.
#[derive(InputObject)]
pub(crate) struct DeletePostInput {
    /// The id or resourceId of the post.
    id: ID,
}

/// The post that was written.
pub(crate) struct CreatePostPayload {
    post: Option<PostNode>,
    errors: Vec<String>,
}

/// The post that was written.
#[Object]
impl CreatePostPayload {
    /// The post; null if it was not written.
    #[graphql(directive = any_token::apply())]
    async fn post(&self) -> Option<&PostNode> {
        self.post.as_ref()
    }

    /// What is wrong with the texts; empty when it worked.
    #[graphql(directive = any_token::apply())]
    async fn errors(&self) -> &[String] {
        &self.errors
    }
}

/// The post that was changed.
pub(crate) struct UpdatePostPayload {
    post: Option<PostNode>,
    errors: Vec<String>,
}

/// The post that was changed.
#[Object]
impl UpdatePostPayload {
    /// The post; null if it was not changed.
    #[graphql(directive = any_token::apply())]
    async fn post(&self) -> Option<&PostNode> {
        self.post.as_ref()
    }

    /// What is wrong with the texts; empty when it worked.
    #[graphql(directive = any_token::apply())]
    async fn errors(&self) -> &[String] {
        &self.errors
    }
}

/// The post that was deleted.
pub(crate) struct DeletePostPayload {
    deleted_post_id: ID,
}

/// The post that was deleted.
#[Object]
impl DeletePostPayload {
    /// The global id of what is gone.
    #[graphql(directive = any_token::apply())]
    async fn deleted_post_id(&self) -> Option<&ID> {
        Some(&self.deleted_post_id)
    }

    /// Empty when it worked.
    #[graphql(directive = any_token::apply())]
    async fn errors(&self) -> &[String] {
        &[]
    }
}

pub(super) async fn create(ctx: &Context<'_>, input: CreatePostInput) -> Result<CreatePostPayload, ApiError> {
    let space = SpaceId(number(&input.space_id, Kind::Space)?);
    let mut errors = Vec::new();
    let title = title(&input.title, &mut errors);
    let body = body(ctx, input.body, &mut errors).await?;
    let (Some(title), Some(body)) = (title, body) else {
        return Ok(CreatePostPayload { post: None, errors });
    };
    let new = NewPost { space, title, body };
    let author = caller(ctx)?.viewer();
    let post = match store(ctx)?.create_post(author, new, now(ctx)?).await? {
        Created::Done(post) => post,
        Created::NotFound => return Err(ApiError::NotFound("space")),
        Created::OverQuota(wait) => return Err(ApiError::OverQuota(wait)),
    };
    Ok(CreatePostPayload {
        post: Some(PostNode(Gate::of(ctx)?.open_written(post)?)),
        errors,
    })
}

pub(super) async fn update(ctx: &Context<'_>, input: UpdatePostInput) -> Result<UpdatePostPayload, ApiError> {
    let id = PostId(number(&input.id, Kind::Post)?);
    let mut errors = Vec::new();
    let title = input.title.and_then(|text| title(&text, &mut errors));
    let body = match input.body {
        Some(html) => body(ctx, html, &mut errors).await?,
        None => None,
    };
    let change = PostChange { title, body };
    if !errors.is_empty() {
        return Ok(UpdatePostPayload { post: None, errors });
    }
    let author = caller(ctx)?.viewer();
    let edited = store(ctx)?.update_post(author, id, change, now(ctx)?).await?;
    Ok(UpdatePostPayload {
        post: Some(PostNode(Gate::of(ctx)?.open_written(own(edited)?)?)),
        errors,
    })
}

pub(super) async fn delete(ctx: &Context<'_>, input: DeletePostInput) -> Result<DeletePostPayload, ApiError> {
    let id = PostId(number(&input.id, Kind::Post)?);
    let post = own(store(ctx)?.delete_post(caller(ctx)?.viewer(), id).await?)?;
    Ok(DeletePostPayload {
        deleted_post_id: global(Kind::Post, post.id.0),
    })
}

fn own<T>(edited: Edited<T>) -> Result<T, ApiError> {
    match edited {
        Edited::Done(post) => Ok(post),
        Edited::OverQuota(wait) => Err(ApiError::OverQuota(wait)),
        Edited::NotFound => Err(ApiError::NotFound("post")),
        Edited::NotYours => Err(ApiError::NotYours(
            "this post is someone else’s; only its author may change it",
        )),
    }
}
