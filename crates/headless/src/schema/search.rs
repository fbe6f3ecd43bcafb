//! Full-text search.

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, Object};
use latchkey_storage::content::{Direction, Hit, Item, ItemKind, SearchRequest, Slice};

use crate::access::any_token;
use crate::connection::Connection;
use crate::context::{caller, store};
use crate::error::ApiError;
use crate::id::global;
use crate::kind::Kind;
use crate::loaders::{Batch, Key, Loaded, read};
use crate::page::Page;

/// The sort order of results.
const BY_RANK: &str = "RANK";
/// The longest query, in characters.
const MAX_QUERY: usize = 200;

/// What can be found.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "ItemKind")]
pub(crate) enum SearchType {
    /// Posts.
    Post,
    /// Comments.
    Comment,
    /// Events.
    Event,
    /// Spaces.
    Space,
    /// Courses that you take.
    Course,
}

pub(crate) struct SearchResult(Hit);

/// Something that was found. Ask `node(id:)` for the rest of it.
#[Object]
impl SearchResult {
    /// The global id of what was found.
    #[graphql(directive = any_token::apply())]
    async fn id(&self) -> ID {
        let (_, kind, number) = self.item();
        global(kind, number)
    }

    /// The number in the global id.
    #[graphql(directive = any_token::apply())]
    async fn resource_id(&self) -> String {
        self.item().2.to_string()
    }

    /// The type of what was found.
    #[graphql(name = "type", directive = any_token::apply())]
    async fn kind(&self) -> SearchType {
        self.item().0
    }

    /// Its title; null for a comment.
    #[graphql(directive = any_token::apply())]
    async fn title(&self) -> Option<&str> {
        (!self.0.title.is_empty()).then_some(self.0.title.as_str())
    }

    /// The text around the words that were found, as HTML that is safe to show. The words are in `<mark>`.
    #[graphql(directive = any_token::apply())]
    async fn snippet(&self) -> String {
        marked(&self.0.snippet)
    }

    /// How well it matches: higher is better.
    #[graphql(directive = any_token::apply())]
    async fn score(&self) -> f64 {
        self.0.score
    }
}

impl SearchResult {
    /// What was found: as searches and as ids name it.
    fn item(&self) -> (SearchType, Kind, i64) {
        match self.0.item {
            Item::Post(id) => (SearchType::Post, Kind::Post, id.0),
            Item::Comment(id) => (SearchType::Comment, Kind::Comment, id.0),
            Item::Event(id) => (SearchType::Event, Kind::Event, id.0),
            Item::Space(id) => (SearchType::Space, Kind::Space, id.0),
            Item::Course(id) => (SearchType::Course, Kind::Course, id.0),
        }
    }
}

/// A snippet as HTML. The input is plain text that may look like HTML.
fn marked(snippet: &str) -> String {
    snippet
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace(Hit::OPEN, "<mark>")
        .replace(Hit::CLOSE, "</mark>")
}

/// The key of the number of all hits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Hits(SearchRequest);

impl Key for Hits {
    type Value = u64;

    async fn load(batch: &Batch, keys: &[Self]) -> Loaded<Self, u64> {
        let mut counts = HashMap::new();
        for key in keys {
            let count = batch.store.count_hits(batch.viewer, key.0.clone()).await?;
            counts.insert(key.clone(), count);
        }
        Ok(counts)
    }
}

pub(super) async fn find(
    ctx: &Context<'_>,
    query: String,
    types: Option<Vec<SearchType>>,
    first: Option<i32>,
    after: Option<&str>,
) -> Result<Connection<SearchResult>, ApiError> {
    if !query.chars().any(char::is_alphanumeric) {
        return Err(ApiError::BadInput(
            "query has no letter or digit to look for".to_owned(),
        ));
    }
    if query.chars().count() > MAX_QUERY {
        return Err(ApiError::BadInput(format!(
            "query has more than {MAX_QUERY} characters"
        )));
    }
    if types
        .as_ref()
        .is_some_and(|types| types.len() > ItemKind::ALL.len())
    {
        return Err(ApiError::BadInput(format!(
            "types names more than the {} there are",
            ItemKind::ALL.len()
        )));
    }
    let page = Page::of_list(first, after, BY_RANK, Direction::Descending)?;
    let request = SearchRequest {
        query,
        kinds: types.map_or_else(
            || ItemKind::ALL.to_vec(),
            |types| types.into_iter().map(ItemKind::from).collect(),
        ),
        after: page.request.after.clone(),
        limit: page.request.limit,
    };
    let viewer = caller(ctx)?.viewer();
    let store = store(ctx)?;
    let bytes = |hits: &Slice<Hit>| {
        hits.rows
            .iter()
            .map(|(_, hit)| hit.title.len() + hit.snippet.len())
            .sum()
    };
    let hits = read(ctx, || store.search(viewer, request.clone()), bytes).await?;
    // The count is the same for all pages.
    let counted = SearchRequest {
        after: None,
        limit: 0,
        ..request
    };
    Ok(page.connection(hits, Hits(counted), SearchResult))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_snippet_is_escaped() {
        let snippet = format!("<script> & {}bread{}", Hit::OPEN, Hit::CLOSE);
        assert_eq!(marked(&snippet), "&lt;script&gt; &amp; <mark>bread</mark>");
    }
}
