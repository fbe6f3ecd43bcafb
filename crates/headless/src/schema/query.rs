//! The root type of queries.

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::Scope;

use super::me::Me;
use super::network::Network;
use super::node::{self, Node};
use super::search::{self, SearchResult, SearchType};
use crate::access::{any_token, requires_scope};
use crate::connection::Connection;
use crate::context::{caller, network};

pub(crate) struct Query;

/// All queries.
// The macro requires async resolvers.
#[allow(clippy::unused_async)]
#[Object]
impl Query {
    /// The member whose token it is.
    #[graphql(directive = any_token::apply())]
    async fn me(&self, ctx: &Context<'_>) -> Result<Me> {
        Ok(Me(caller(ctx)?.member.clone()))
    }

    /// The network.
    #[graphql(directive = any_token::apply())]
    async fn network(&self, ctx: &Context<'_>) -> Result<Network> {
        Ok(Network(network(ctx).await?))
    }

    /// Anything with a global id. It needs a scope that opens the object elsewhere.
    #[graphql(directive = any_token::apply())]
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>> {
        Ok(node::find(ctx, &id).await?)
    }

    /// What matches and you may read, best match first. All words must match. The last word may be the beginning of a
    /// word, and so may any word that ends in `*`. Put a phrase in quotation marks.
    #[graphql(directive = requires_scope::apply(Scope::ReadSearch.to_string()))]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look for.")] query: String,
        #[graphql(desc = "Among what; among everything if left out.")] types: Option<Vec<SearchType>>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Result<Option<Connection<SearchResult>>> {
        Ok(Some(
            search::find(ctx, query, types, first, after.as_deref()).await?,
        ))
    }
}
