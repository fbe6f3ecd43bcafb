//! Batched lookups: for a list of 50 posts with 50 authors, the store gets one query for the authors.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use latchkey_domain::MemberId;
use latchkey_domain::content::{
    Comment, CourseId, LessonProgress, Post, PostId, Profile, RichText, Space, SpaceId, SpaceVisibility,
    Viewer,
};
use latchkey_storage::content::{Slice, SliceRequest};
use latchkey_storage::{Store, StoreError};
use tokio::task::JoinSet;

use crate::context::data;
use crate::error::ApiError;
use crate::meter::Meter;

/// How many posts are read at once if their length is unknown.
const POSTS_AT_ONCE: usize = 10;

/// The lookups of one request.
pub(crate) struct Batch {
    store: Arc<dyn Store>,
    viewer: Viewer,
    meter: Arc<Meter>,
}

/// The loader of one request. It waits only for other fields that are being resolved, and ends with the request.
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

/// Reads a part of a list and counts its bytes for the request.
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
    let meter = data::<Arc<Meter>>(ctx)?;
    Ok(meter.read(ask, |slice| slice.bytes).await?)
}

/// Reads something that is not a list, and counts it too. `bytes` returns its length.
pub(crate) async fn read<T, F>(
    ctx: &Context<'_>,
    ask: impl Fn() -> F + Send + Sync,
    bytes: impl Fn(&T) -> usize + Send + Sync,
) -> Result<T, ApiError>
where
    T: Send,
    F: Future<Output = Result<T, StoreError>> + Send,
{
    let meter = data::<Arc<Meter>>(ctx)?;
    Ok(meter.read(|_| ask(), bytes).await?)
}

/// Reads objects and counts their texts.
pub(crate) async fn read_texts<T, F>(
    ctx: &Context<'_>,
    ask: impl Fn() -> F + Send + Sync,
    text: fn(&T) -> &RichText,
) -> Result<Vec<T>, ApiError>
where
    T: Send + Sync,
    F: Future<Output = Result<Vec<T>, StoreError>> + Send,
{
    let bytes = |found: &Vec<T>| found.iter().map(|object| text_bytes(text(object))).sum();
    read(ctx, ask, bytes).await
}

/// The size of a text in memory, in bytes.
fn text_bytes(text: &RichText) -> usize {
    text.html().len() + text.text().len()
}

/// Looks something up, in one batch with all lookups made at the same time.
pub(crate) async fn load<K>(
    ctx: &Context<'_>,
    key: K,
) -> Result<Option<<Batch as Loader<K>>::Value>, ApiError>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Batch: Loader<K, Error = Arc<StoreError>>,
{
    Ok(data::<DataLoader<Batch>>(ctx)?.load_one(key).await?)
}

/// A part of the list below an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Below<Id>(pub(crate) Id, pub(crate) SliceRequest);

type Loaded<Key, Value> = Result<HashMap<Key, Value>, Arc<StoreError>>;

impl Loader<MemberId> for Batch {
    type Value = Profile;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[MemberId]) -> Loaded<MemberId, Profile> {
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

    async fn load(&self, ids: &[SpaceId]) -> Loaded<SpaceId, (Space, bool)> {
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
    // Many comments can belong to the same post.
    type Value = Arc<Post>;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[PostId]) -> Loaded<PostId, Arc<Post>> {
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

/// The lists below several objects. The store gets one query per distinct part; a request mostly asks for one.
async fn below<Id, T, F>(
    meter: &Meter,
    keys: &[Below<Id>],
    ask: impl Fn(Vec<Id>, SliceRequest) -> F + Send + Sync,
) -> Loaded<Below<Id>, Slice<Arc<T>>>
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

    async fn load(&self, keys: &[Below<SpaceId>]) -> Loaded<Below<SpaceId>, Slice<Arc<Post>>> {
        below(&self.meter, keys, |spaces, part| {
            self.store.posts_of_spaces(spaces, part)
        })
        .await
    }
}

impl Loader<Below<PostId>> for Batch {
    type Value = Slice<Arc<Comment>>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[Below<PostId>]) -> Loaded<Below<PostId>, Slice<Arc<Comment>>> {
        below(&self.meter, keys, |posts, part| {
            self.store.comments_of_posts(posts, part)
        })
        .await
    }
}

impl Loader<Below<CourseId>> for Batch {
    type Value = Slice<Arc<LessonProgress>>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[Below<CourseId>]) -> Loaded<Below<CourseId>, Slice<Arc<LessonProgress>>> {
        let member = self.viewer.member;
        below(&self.meter, keys, |courses, part| {
            self.store.lessons_of_courses(member, courses, part)
        })
        .await
    }
}

macro_rules! counts {
    ($($(#[$doc:meta])* $key:ident($id:ident) = $ask:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) struct $key(pub(crate) $id);

        impl Loader<$key> for Batch {
            type Value = u64;
            type Error = Arc<StoreError>;

            async fn load(&self, keys: &[$key]) -> Loaded<$key, u64> {
                let ids = keys.iter().map(|$key(id)| *id).collect();
                let counts = self.store.$ask(ids).await?;
                Ok(counts.into_iter().map(|(id, count)| ($key(id), count)).collect())
            }
        }
    )*};
}

counts! {
    /// The number of posts in a space.
    PostsIn(SpaceId) = count_posts_of_spaces;
    /// The number of comments on a post.
    CommentsOn(PostId) = count_comments_of_posts;
    /// The number of members of a space.
    MembersOf(SpaceId) = count_members_of_spaces;
}
