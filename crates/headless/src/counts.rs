//! Lengths of lists. A count is read only if a query asks for it, once per request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use latchkey_domain::MemberId;
use latchkey_domain::content::{PostId, SpaceId, Viewer};
use latchkey_storage::content::SearchRequest;
use tokio::sync::OnceCell;

use crate::context::{data, store};
use crate::error::ApiError;
use crate::loaders::{CommentsOn, PostsIn, load};

/// Which list to count.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Count {
    Members,
    Spaces,
    Events,
    Plans,
    Posts,
    PostsBy(MemberId),
    CoursesOf(MemberId),
    PostsIn(SpaceId),
    CommentsOn(PostId),
    Known(u64),
    Hits(Viewer, SearchRequest),
}

/// The counts that a request has read.
#[derive(Default)]
pub(crate) struct Counts(Mutex<HashMap<Count, Arc<OnceCell<u64>>>>);

impl Count {
    pub(crate) async fn read(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        let cell = {
            let mut counts = data::<Counts>(ctx)?
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            Arc::clone(counts.entry(self.clone()).or_default())
        };
        cell.get_or_try_init(|| self.count(ctx)).await.copied()
    }

    async fn count(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        let store = store(ctx)?;
        Ok(match self {
            Self::Members => store.count_members().await?,
            Self::Spaces => store.count_spaces().await?,
            Self::Events => store.count_events().await?,
            Self::Plans => store.count_membership_plans().await?,
            Self::Posts => store.count_posts().await?,
            Self::PostsBy(member) => store.count_posts_of(*member).await?,
            Self::CoursesOf(member) => store.count_courses_of(*member).await?,
            Self::PostsIn(space) => load(ctx, PostsIn(*space)).await?.unwrap_or(0),
            Self::CommentsOn(post) => load(ctx, CommentsOn(*post)).await?.unwrap_or(0),
            Self::Known(count) => *count,
            Self::Hits(viewer, request) => store.count_hits(*viewer, request.clone()).await?,
        })
    }
}
