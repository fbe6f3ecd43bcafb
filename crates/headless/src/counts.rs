//! Lengths of lists. A count is read only if a query asks for it, once per request. The counts of a type are in its file.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use async_graphql::async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::context::data;
use crate::error::ApiError;
use crate::loaders::{Key, load};

/// The length of a list: known, or the key with which it is looked up.
#[async_trait]
pub(crate) trait Count: Send + Sync {
    async fn read(&self, ctx: &Context<'_>) -> Result<u64, ApiError>;
}

#[async_trait]
impl Count for u64 {
    async fn read(&self, _: &Context<'_>) -> Result<u64, ApiError> {
        Ok(*self)
    }
}

/// The counts that a request has read, by their keys.
#[derive(Default)]
pub(crate) struct Counts(Mutex<HashMap<String, Arc<OnceCell<u64>>>>);

#[async_trait]
impl<K: Key<Value = u64> + Debug> Count for K {
    async fn read(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        let cell = {
            let mut counts = data::<Counts>(ctx)?
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            Arc::clone(counts.entry(format!("{self:?}")).or_default())
        };
        let count = || async { Ok(load(ctx, self.clone()).await?.unwrap_or(0)) };
        cell.get_or_try_init(count).await.copied()
    }
}

/// The key of a count: of one list, or of the lists below several objects, which the store counts in one query.
macro_rules! count {
    ($key:ident = |$batch:ident| $ask:expr) => {
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub(crate) struct $key;

        impl $crate::loaders::Key for $key {
            type Value = u64;

            async fn load($batch: &$crate::loaders::Batch, _: &[Self]) -> $crate::loaders::Loaded<Self, u64> {
                Ok([(Self, $ask.await?)].into())
            }
        }
    };
    ($key:ident($id:ident) = $ask:ident) => {
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub(crate) struct $key(pub(crate) $id);

        impl $crate::loaders::Key for $key {
            type Value = u64;

            async fn load(
                batch: &$crate::loaders::Batch,
                keys: &[Self],
            ) -> $crate::loaders::Loaded<Self, u64> {
                let counts = batch
                    .store
                    .$ask(keys.iter().map(|key| key.0).collect())
                    .await?;
                Ok(counts
                    .into_iter()
                    .map(|(id, count)| (Self(id), count))
                    .collect())
            }
        }
    };
}
pub(crate) use count;
