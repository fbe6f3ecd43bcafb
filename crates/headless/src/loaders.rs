//! Batched lookups: for a list of 50 posts with 50 authors, the store gets one query for the authors. What a type looks
//! up is in its own file.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use latchkey_domain::content::{RichText, Viewer};
use latchkey_storage::content::{Slice, SliceRequest, Slices};
use latchkey_storage::{Store, StoreError};
use tokio::task::JoinSet;

use crate::context::data;
use crate::error::ApiError;
use crate::meter::Meter;

/// The lookups of one request.
pub(crate) struct Batch {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) viewer: Viewer,
    pub(crate) meter: Arc<Meter>,
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
pub(crate) fn text_bytes(text: &RichText) -> usize {
    text.html().len() + text.text().len()
}

/// What is looked up: an id, or an id and what is asked of it.
pub(crate) trait Key: Clone + Eq + Hash + Send + Sync + 'static {
    type Value: Clone + Send + Sync + 'static;

    /// The values of all keys for which there is one.
    fn load(batch: &Batch, keys: &[Self]) -> impl Future<Output = Loaded<Self, Self::Value>> + Send;
}

pub(crate) type Loaded<Key, Value> = Result<HashMap<Key, Value>, StoreError>;

impl<K: Key> Loader<K> for Batch {
    type Value = K::Value;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[K]) -> Result<HashMap<K, K::Value>, Self::Error> {
        Ok(K::load(self, keys).await?)
    }
}

/// Looks something up, in one batch with all lookups made at the same time.
pub(crate) async fn load<K: Key>(ctx: &Context<'_>, key: K) -> Result<Option<K::Value>, ApiError> {
    Ok(data::<DataLoader<Batch>>(ctx)?.load_one(key).await?)
}

/// The id of an object with a list below it.
pub(crate) trait Parent: Copy + Eq + Hash + Send + Sync + 'static {
    type Row: Send + Sync + 'static;

    /// A part of the list below each.
    fn rows(
        batch: &Batch,
        parents: Vec<Self>,
        part: SliceRequest,
    ) -> impl Future<Output = Result<Slices<Self, Self::Row>, StoreError>> + Send;
}

/// A part of the list below an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Below<Id>(pub(crate) Id, pub(crate) SliceRequest);

impl<Id: Parent> Key for Below<Id> {
    type Value = Slice<Arc<Id::Row>>;

    /// The store gets one query per distinct part; a request mostly asks for one.
    async fn load(batch: &Batch, keys: &[Self]) -> Loaded<Self, Self::Value> {
        let mut parts: HashMap<&SliceRequest, Vec<Id>> = HashMap::new();
        for Self(id, part) in keys {
            parts.entry(part).or_default().push(*id);
        }
        let mut all = HashMap::new();
        for (part, ids) in parts {
            let ask = |most_bytes| {
                let part = SliceRequest {
                    most_bytes,
                    ..part.clone()
                };
                Id::rows(batch, ids.clone(), part)
            };
            let bytes = |found: &Slices<Id, Id::Row>| found.values().map(|slice| slice.bytes).sum();
            let found = batch.meter.read(ask, bytes).await?;
            all.extend(
                found
                    .into_iter()
                    .map(|(id, slice)| (Self(id, part.clone()), slice.map(Arc::new))),
            );
        }
        Ok(all)
    }
}
