//! What resolvers read from their context.

use std::any::Any;
use std::sync::Arc;

use async_graphql::Context;
use latchkey_domain::{Clock, Network, Timestamp};
use latchkey_storage::Store;
use tokio::sync::OnceCell;

use crate::caller::Caller;
use crate::error::ApiError;

/// The address that people open.
#[derive(Clone)]
pub(crate) struct PublicUrl(pub(crate) Arc<str>);

/// Data that the API put into the context.
pub(crate) fn data<'c, T: Any + Send + Sync>(ctx: &Context<'c>) -> Result<&'c T, ApiError> {
    ctx.data::<T>().map_err(|_| ApiError::Internal)
}

/// The store that the request uses.
pub(crate) fn store<'c>(ctx: &Context<'c>) -> Result<&'c Arc<dyn Store>, ApiError> {
    data(ctx)
}

/// The owner of the token.
pub(crate) fn caller<'c>(ctx: &Context<'c>) -> Result<&'c Caller, ApiError> {
    data(ctx)
}

pub(crate) fn now(ctx: &Context<'_>) -> Result<Timestamp, ApiError> {
    Ok(data::<Arc<dyn Clock>>(ctx)?.now())
}

/// The address that people open, if there is one.
pub(crate) fn public_url<'c>(ctx: &Context<'c>) -> Option<&'c str> {
    ctx.data_opt::<PublicUrl>().map(|url| &*url.0)
}

/// The network, read once per request.
pub(crate) async fn network(ctx: &Context<'_>) -> Result<Network, ApiError> {
    let read = data::<OnceCell<Network>>(ctx)?;
    let store = store(ctx)?;
    Ok(read.get_or_try_init(|| store.network()).await?.clone())
}
