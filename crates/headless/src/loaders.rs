//! Look-ups that are asked for one by one and made all at once: a list of 50 posts asks for 50 authors and makes one
//! question of it.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use latchkey_domain::content::{
    Comment, CourseId, LessonProgress, Post, PostId, Profile, RichText, Space, SpaceId, SpaceVisibility,
    Viewer,
};
use latchkey_domain::{MemberId, Network};
use latchkey_storage::content::{SearchRequest, Slice, SliceRequest};
use latchkey_storage::{Store, StoreError};
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use crate::caller::Caller;
use crate::error::ApiError;
use crate::meter::Meter;

/// How many posts are read at once if it is not known how long they are.
const POSTS_AT_ONCE: usize = 10;

/// Everything that is looked up, for one request.
pub(crate) struct Batch {
    store: Arc<dyn Store>,
    viewer: Viewer,
    meter: Arc<Meter>,
}

/// Looks up for `viewer`. It waits for nothing but the other fields that are being resolved, and ends with the request.
pub(crate) fn loader(store: Arc<dyn Store>, viewer: Viewer, meter: Arc<Meter>) -> DataLoader<Batch> {
    let batch = Batch { store, viewer, meter };
    let tasks = Mutex::new(JoinSet::new());
    let spawn = move |task| {
        let mut tasks = tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    };
    DataLoader::new(batch, spawn).delay(Duration::ZERO)
}

/// Reads a part of a list, counted with what else the request reads.
pub(crate) async fn list<T, F>(
    ctx: &Context<'_>,
    request: &SliceRequest,
    ask: impl Fn(SliceRequest) -> F + Send + Sync,
) -> Result<Slice<T>, ApiError>
where
    T: Send,
    F: Future<Output = Result<Slice<T>, StoreError>> + Send,
{
    let ask = |most_bytes| {
        ask(SliceRequest {
            most_bytes,
            ..request.clone()
        })
    };
    Ok(meter(ctx)?.read(ask, |slice| slice.bytes).await?)
}

/// Reads what is no list, counted likewise. `bytes` tells how long it is.
pub(crate) async fn read<T, F>(
    ctx: &Context<'_>,
    ask: impl Fn() -> F + Send + Sync,
    bytes: impl Fn(&T) -> usize + Send + Sync,
) -> Result<T, ApiError>
where
    T: Send,
    F: Future<Output = Result<T, StoreError>> + Send,
{
    Ok(meter(ctx)?.read(|_| ask(), bytes).await?)
}

/// What counts the bytes of the request.
fn meter<'c>(ctx: &Context<'c>) -> Result<&'c Arc<Meter>, ApiError> {
    ctx.data::<Arc<Meter>>().map_err(|_| ApiError::Internal)
}

/// How many bytes a text has in memory.
pub(crate) fn text_bytes(text: &RichText) -> usize {
    text.html().len() + text.text().len()
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
    // Many comments may be under the same post.
    type Value = Arc<Post>;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[PostId]) -> Result<HashMap<PostId, Arc<Post>>, Self::Error> {
        let mut all = HashMap::new();
        for some in ids.chunks(POSTS_AT_ONCE) {
            let ask = |_| self.store.readable_posts(self.viewer, some.to_vec());
            let bytes = |posts: &Vec<Post>| posts.iter().map(|post| text_bytes(&post.body)).sum();
            let found = self.meter.read(ask, bytes).await?;
            all.extend(found.into_iter().map(|post| (post.id, Arc::new(post))));
        }
        Ok(all)
    }
}

/// What is below several things: asked for in one question for each part that is wanted, which within a query is one.
async fn below<Id, T, F>(
    meter: &Meter,
    keys: &[Below<Id>],
    ask: impl Fn(Vec<Id>, SliceRequest) -> F + Send + Sync,
) -> Result<HashMap<Below<Id>, Slice<Arc<T>>>, Arc<StoreError>>
where
    Id: Copy + Eq + Hash + Send + Sync,
    T: Send + Sync,
    F: Future<Output = Result<HashMap<Id, Slice<T>>, StoreError>> + Send,
{
    let mut parts: HashMap<&SliceRequest, Vec<Id>> = HashMap::new();
    for Below(id, part) in keys {
        parts.entry(part).or_default().push(*id);
    }
    let mut all = HashMap::new();
    for (part, ids) in parts {
        let ask = |most_bytes| {
            let part = SliceRequest {
                most_bytes,
                ..part.clone()
            };
            ask(ids.clone(), part)
        };
        let bytes = |found: &HashMap<Id, Slice<T>>| found.values().map(|slice| slice.bytes).sum();
        let found = meter.read(ask, bytes).await?;
        all.extend(
            found
                .into_iter()
                .map(|(id, slice)| (Below(id, part.clone()), slice.map(Arc::new))),
        );
    }
    Ok(all)
}

impl Loader<Below<SpaceId>> for Batch {
    type Value = Slice<Arc<Post>>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[Below<SpaceId>],
    ) -> Result<HashMap<Below<SpaceId>, Slice<Arc<Post>>>, Self::Error> {
        below(&self.meter, keys, |spaces, part| {
            self.store.posts_of_spaces(spaces, part)
        })
        .await
    }
}

impl Loader<Below<PostId>> for Batch {
    type Value = Slice<Arc<Comment>>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[Below<PostId>],
    ) -> Result<HashMap<Below<PostId>, Slice<Arc<Comment>>>, Self::Error> {
        below(&self.meter, keys, |posts, part| {
            self.store.comments_of_posts(posts, part)
        })
        .await
    }
}

impl Loader<Below<CourseId>> for Batch {
    type Value = Slice<Arc<LessonProgress>>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[Below<CourseId>],
    ) -> Result<HashMap<Below<CourseId>, Slice<Arc<LessonProgress>>>, Self::Error> {
        let member = self.viewer.member;
        below(&self.meter, keys, |courses, part| {
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
    CommentsUnder(PostId),
    Known(u64),
    Hits(Viewer, SearchRequest),
}

/// What is asked for once a request, however many fields want to know it.
#[derive(Default)]
pub(crate) struct Known {
    /// How long lists are.
    counts: Mutex<HashMap<Count, Arc<OnceCell<u64>>>>,
    network: OnceCell<Network>,
}

/// The network.
pub(crate) async fn network(ctx: &Context<'_>) -> Result<Network, ApiError> {
    let known = ctx.data::<Known>().map_err(|_| ApiError::Internal)?;
    let store = store(ctx)?;
    Ok(known.network.get_or_try_init(|| store.network()).await?.clone())
}

impl Count {
    pub(crate) async fn of(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        if let Self::Known(count) = self {
            return Ok(*count);
        }
        let known = ctx.data::<Known>().map_err(|_| ApiError::Internal)?;
        let cell = {
            let mut counts = known.counts.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(counts.entry(self.clone()).or_default())
        };
        cell.get_or_try_init(|| self.ask(ctx)).await.copied()
    }

    async fn ask(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
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
