//! Look-ups that are asked for one by one and made all at once: a list of 50 posts asks for 50 authors and makes one
//! question of it.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use latchkey_domain::MemberId;
use latchkey_domain::content::{
    Comment, CourseId, LessonProgress, Post, PostId, Profile, Space, SpaceId, SpaceVisibility, Viewer,
};
use latchkey_store::content::{SearchRequest, Slice, SliceRequest};
use latchkey_store::{Store, StoreError};

use crate::caller::Caller;
use crate::error::ApiError;

/// Everything that is looked up, for one request.
pub(crate) struct Batch {
    store: Arc<dyn Store>,
    viewer: Viewer,
}

/// Looks up for `viewer`. It waits for nothing but the other fields that are being resolved.
pub(crate) fn loader(store: Arc<dyn Store>, viewer: Viewer) -> DataLoader<Batch> {
    DataLoader::new(Batch { store, viewer }, tokio::spawn).delay(Duration::ZERO)
}

/// Looks something up together with whatever else is asked for at the time.
pub(crate) async fn load<K>(
    ctx: &Context<'_>,
    key: K,
) -> Result<Option<<Batch as Loader<K>>::Value>, ApiError>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Batch: Loader<K, Error = Arc<StoreError>>,
{
    let loader = ctx.data::<DataLoader<Batch>>().map_err(|_| ApiError::Internal)?;
    Ok(loader.load_one(key).await?)
}

/// The store that the request reads.
pub(crate) fn store<'c>(ctx: &Context<'c>) -> Result<&'c Arc<dyn Store>, ApiError> {
    ctx.data::<Arc<dyn Store>>().map_err(|_| ApiError::Internal)
}

/// Who asks.
pub(crate) fn caller<'c>(ctx: &Context<'c>) -> Result<&'c Caller, ApiError> {
    ctx.data::<Caller>().map_err(|_| ApiError::Internal)
}

/// Part of the list below something: below which, and which part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Below<Id>(pub(crate) Id, pub(crate) SliceRequest);

/// How much there is below something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HowMany<Id>(pub(crate) Id);

/// How many members belong to a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MembersOf(pub(crate) SpaceId);

impl Loader<MemberId> for Batch {
    type Value = Profile;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[MemberId]) -> Result<HashMap<MemberId, Profile>, Self::Error> {
        let found = self.store.profiles_by_id(ids.to_vec()).await?;
        Ok(found
            .into_iter()
            .map(|profile| (profile.member.id, profile))
            .collect())
    }
}

/// A space, and whether the member may read in it.
impl Loader<SpaceId> for Batch {
    type Value = (Space, bool);
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[SpaceId]) -> Result<HashMap<SpaceId, (Space, bool)>, Self::Error> {
        let found = self.store.spaces_by_id(ids.to_vec()).await?;
        let is_open =
            |space: &Space| self.viewer.sees_all_spaces || space.visibility == SpaceVisibility::Public;
        let doubtful: Vec<_> = found
            .iter()
            .filter(|space| !is_open(space))
            .map(|space| space.id)
            .collect();
        let mut readable = HashSet::new();
        if !doubtful.is_empty() {
            let spaces = self.store.readable_spaces(self.viewer, doubtful).await?;
            readable.extend(spaces.into_iter().map(|space| space.id));
        }
        Ok(found
            .into_iter()
            .map(|space| {
                let may_read = is_open(&space) || readable.contains(&space.id);
                (space.id, (space, may_read))
            })
            .collect())
    }
}

impl Loader<PostId> for Batch {
    type Value = Post;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[PostId]) -> Result<HashMap<PostId, Post>, Self::Error> {
        let found = self.store.readable_posts(self.viewer, ids.to_vec()).await?;
        Ok(found.into_iter().map(|post| (post.id, post)).collect())
    }
}

/// What is below several things: asked for in one question for each part that is wanted, which within a query is one.
async fn below<Id: Copy + Eq + Hash, T, F>(
    keys: &[Below<Id>],
    ask: impl Fn(Vec<Id>, SliceRequest) -> F,
) -> Result<HashMap<Below<Id>, Slice<T>>, Arc<StoreError>>
where
    F: Future<Output = Result<HashMap<Id, Slice<T>>, StoreError>>,
{
    let mut parts: HashMap<&SliceRequest, Vec<Id>> = HashMap::new();
    for Below(id, part) in keys {
        parts.entry(part).or_default().push(*id);
    }
    let mut all = HashMap::new();
    for (part, ids) in parts {
        let found = ask(ids, part.clone()).await?;
        all.extend(
            found
                .into_iter()
                .map(|(id, slice)| (Below(id, part.clone()), slice)),
        );
    }
    Ok(all)
}

impl Loader<Below<SpaceId>> for Batch {
    type Value = Slice<Post>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[Below<SpaceId>],
    ) -> Result<HashMap<Below<SpaceId>, Slice<Post>>, Self::Error> {
        below(keys, |spaces, part| self.store.posts_of_spaces(spaces, part)).await
    }
}

impl Loader<Below<PostId>> for Batch {
    type Value = Slice<Comment>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[Below<PostId>],
    ) -> Result<HashMap<Below<PostId>, Slice<Comment>>, Self::Error> {
        below(keys, |posts, part| self.store.comments_of_posts(posts, part)).await
    }
}

impl Loader<Below<CourseId>> for Batch {
    type Value = Slice<LessonProgress>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[Below<CourseId>],
    ) -> Result<HashMap<Below<CourseId>, Slice<LessonProgress>>, Self::Error> {
        let member = self.viewer.member;
        below(keys, |courses, part| {
            self.store.lessons_of_courses(member, courses, part)
        })
        .await
    }
}

impl Loader<HowMany<SpaceId>> for Batch {
    type Value = u64;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[HowMany<SpaceId>]) -> Result<HashMap<HowMany<SpaceId>, u64>, Self::Error> {
        let spaces = keys.iter().map(|HowMany(id)| *id).collect();
        let found = self.store.count_posts_of_spaces(spaces).await?;
        Ok(found
            .into_iter()
            .map(|(id, count)| (HowMany(id), count))
            .collect())
    }
}

impl Loader<HowMany<PostId>> for Batch {
    type Value = u64;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[HowMany<PostId>]) -> Result<HashMap<HowMany<PostId>, u64>, Self::Error> {
        let posts = keys.iter().map(|HowMany(id)| *id).collect();
        let found = self.store.count_comments_of_posts(posts).await?;
        Ok(found
            .into_iter()
            .map(|(id, count)| (HowMany(id), count))
            .collect())
    }
}

impl Loader<MembersOf> for Batch {
    type Value = u64;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[MembersOf]) -> Result<HashMap<MembersOf, u64>, Self::Error> {
        let spaces = keys.iter().map(|MembersOf(id)| *id).collect();
        let found = self.store.count_members_of_spaces(spaces).await?;
        Ok(found
            .into_iter()
            .map(|(id, count)| (MembersOf(id), count))
            .collect())
    }
}

/// How long a list is, to be asked for.
#[derive(Clone, Debug)]
pub(crate) enum Count {
    Members,
    Spaces,
    Events,
    Plans,
    Posts,
    PostsBy(MemberId),
    CoursesOf(MemberId),
    PostsIn(SpaceId),
    CommentsUnder(PostId),
    Known(u64),
    Hits(Viewer, SearchRequest),
}

impl Count {
    pub(crate) async fn of(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        let store = store(ctx)?;
        Ok(match self {
            Self::Members => store.count_members().await?,
            Self::Spaces => store.count_spaces().await?,
            Self::Events => store.count_events().await?,
            Self::Plans => store.count_membership_plans().await?,
            Self::Posts => store.count_posts().await?,
            Self::PostsBy(member) => store.count_posts_of(*member).await?,
            Self::CoursesOf(member) => store.count_courses_of(*member).await?,
            Self::PostsIn(space) => load(ctx, HowMany(*space)).await?.unwrap_or(0),
            Self::CommentsUnder(post) => load(ctx, HowMany(*post)).await?.unwrap_or(0),
            Self::Known(count) => *count,
            Self::Hits(viewer, request) => store.count_hits(*viewer, request.clone()).await?,
        })
    }
}
