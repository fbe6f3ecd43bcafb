//! The page of a list that a client asks for, and cursors, which name a row rather than a position.

use std::sync::Arc;

use async_graphql::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::limits::{DEFAULT_PAGE, MAX_NESTED_PAGE, MAX_PAGE};
use latchkey_storage::content::{Direction, Position, Slice, SliceRequest, SortKey};
use latchkey_storage::{Store, StoreError};

use crate::access::{Gate, Object, Open};
use crate::connection::{Connection, Edge};
use crate::context::store;
use crate::counts::Count;
use crate::error::ApiError;
use crate::loaders::{self, Below, Parent, load};

/// A page of a list with one sort order.
pub(crate) struct Page {
    pub(crate) request: SliceRequest,
    /// The name of the sort order, which is part of its cursors.
    sort: &'static str,
}

impl Page {
    /// A page of a list. A client that asks for too many rows gets [`MAX_PAGE`], and `pageInfo` says that there are
    /// more.
    pub(crate) fn of_list(
        first: Option<i32>,
        after: Option<&str>,
        sort: &'static str,
        direction: impl Into<Direction>,
    ) -> Result<Self, ApiError> {
        Self::new((first, MAX_PAGE), after, sort, direction.into())
    }

    /// A page of a list within a list, with at most [`MAX_NESTED_PAGE`] rows.
    pub(crate) fn of_nested_list(
        first: Option<i32>,
        after: Option<&str>,
        sort: &'static str,
        direction: impl Into<Direction>,
    ) -> Result<Self, ApiError> {
        Self::new((first, MAX_NESTED_PAGE), after, sort, direction.into())
    }

    fn new(
        (first, most): (Option<i32>, u32),
        after: Option<&str>,
        sort: &'static str,
        direction: Direction,
    ) -> Result<Self, ApiError> {
        let limit = match first.map(u32::try_from) {
            None => DEFAULT_PAGE,
            Some(Ok(first)) => first,
            Some(Err(_)) => {
                return Err(ApiError::BadInput(format!(
                    "first is negative; expected 0 to {most}"
                )));
            }
        };
        let request = SliceRequest {
            after: after.map(|cursor| position(cursor, sort)).transpose()?,
            limit: limit.min(most),
            direction,
            most_bytes: usize::MAX,
        };
        Ok(Self { request, sort })
    }

    /// Reads the page with `ask` and opens its rows. `count` is the length of the whole list.
    pub(crate) async fn read<'c, T, N, F>(
        &self,
        ctx: &Context<'c>,
        ask: impl Fn(&'c dyn Store, SliceRequest) -> F + Send + Sync,
        count: impl Count + 'static,
        node: fn(Open<T>) -> N,
    ) -> Result<Option<Connection<N>>>
    where
        T: Object + Send,
        F: Future<Output = Result<Slice<T>, StoreError>> + Send,
    {
        let store = store(ctx)?;
        let rows = loaders::list(ctx, &self.request, |part| ask(&**store, part)).await?;
        Ok(Some(self.connection(Gate::of(ctx)?.rows(rows)?, count, node)))
    }

    /// Reads the page of the list below an object, in one batch with the lists below other objects.
    pub(crate) async fn below<Id: Parent>(
        &self,
        ctx: &Context<'_>,
        id: Id,
    ) -> Result<Slice<Arc<Id::Row>>, ApiError> {
        let found = load(ctx, Below(id, self.request.clone())).await?;
        Ok(found.unwrap_or_default())
    }

    /// The list for clients, from the rows of this page.
    pub(crate) fn connection<T, N>(
        &self,
        rows: Slice<T>,
        count: impl Count + 'static,
        node: fn(T) -> N,
    ) -> Connection<N> {
        let edges = rows.rows.into_iter().map(|(position, row)| Edge {
            cursor: cursor(&position, self.sort),
            node: node(row),
        });
        Connection {
            edges: edges.collect(),
            has_next_page: rows.has_more,
            has_previous_page: self.request.after.is_some(),
            count: Box::new(count),
        }
    }
}

/// The cursor of a row in a list with this sort.
fn cursor(position: &Position, sort: &str) -> String {
    let key = match &position.key {
        SortKey::Number(number) => format!("n{number}"),
        SortKey::Text(text) => format!("t{text}"),
        SortKey::Score(bits) => format!("s{bits}"),
    };
    URL_SAFE_NO_PAD.encode(format!("{sort} {} {key}", position.id))
}

fn position(cursor: &str, sort: &str) -> Result<Position, ApiError> {
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (of, rest) = text.split_once(' ')?;
        let (id, key) = rest.split_once(' ')?;
        let mut letters = key.chars();
        let key = match (letters.next()?, letters.as_str()) {
            ('n', number) => SortKey::Number(number.parse().ok()?),
            ('t', text) => SortKey::Text(text.to_owned()),
            ('s', bits) => SortKey::Score(bits.parse().ok()?),
            _ => return None,
        };
        let id = id.parse().ok()?;
        (of == sort).then_some(Position { key, id })
    };
    read().ok_or_else(|| {
        ApiError::BadInput(
            "after is not a cursor of this list; send the endCursor of the same list with the same sort"
                .to_owned(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_belongs_to_its_sort() {
        for key in [
            SortKey::Number(-5),
            SortKey::Text("ada b lovelace".into()),
            SortKey::Score((-0.125_f64).to_bits()),
        ] {
            let at = Position { key, id: 12 };
            let cursor = cursor(&at, "NAME");
            assert_eq!(position(&cursor, "NAME").unwrap(), at);
            assert!(position(&cursor, "DATE_JOINED").is_err());
        }
        assert!(position("", "NAME").is_err());
        assert!(position("xx", "NAME").is_err());
    }

    #[test]
    fn pages_have_a_limit() {
        let limit =
            |first| Page::of_list(first, None, "x", Direction::Ascending).map(|page| page.request.limit);
        assert_eq!(
            [
                limit(None).unwrap(),
                limit(Some(0)).unwrap(),
                limit(Some(500)).unwrap()
            ],
            [25, 0, 50]
        );
        assert!(limit(Some(-1)).is_err());
        let nested = Page::of_nested_list(Some(500), None, "x", Direction::Ascending);
        assert_eq!(nested.unwrap().request.limit, 25);
    }
}
