//! Lists as Relay specifies them: nodes, edges, `pageInfo`, `totalCount`, and cursors that name a row instead of a place.

use std::borrow::Cow;

use async_graphql::{Context, Object, OutputType, Result, TypeName};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::limits::DEFAULT_PAGE;
pub(crate) use latchkey_domain::limits::{MAX_NESTED_PAGE, MAX_PAGE};
use latchkey_storage::content::{Direction, Position, Slice, SliceRequest, SortKey};

use crate::access::any_token;
use crate::error::ApiError;
use crate::loaders::Count;

/// Which part of a list a client asks for. More than the most is answered with the most: `pageInfo` says that there is
/// more.
pub(crate) fn slice(
    (first, most): (Option<i32>, u32),
    after: Option<&str>,
    direction: Direction,
    sort: &str,
) -> Result<SliceRequest, ApiError> {
    let limit = match first.map(u32::try_from) {
        None => DEFAULT_PAGE,
        Some(Ok(first)) => first,
        Some(Err(_)) => {
            return Err(ApiError::BadInput(format!(
                "first is negative; expected 0 to {most}"
            )));
        }
    };
    Ok(SliceRequest {
        after: after.map(|cursor| position(cursor, sort)).transpose()?,
        limit: limit.min(most),
        direction,
        most_bytes: usize::MAX,
    })
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
            "after is not a cursor of this list; pass on the endCursor of the same list with the same sort"
                .to_owned(),
        )
    })
}

/// A list of `T`.
pub(crate) struct Connection<T> {
    edges: Vec<Edge<T>>,
    has_more: bool,
    continued: bool,
    count: Count,
}

impl<T> Connection<T> {
    /// A list from a part of one. `count` is asked for when somebody wants to know how long it is.
    pub(crate) fn new<S>(
        slice: Slice<S>,
        request: &SliceRequest,
        sort: &str,
        count: Count,
        mut node: impl FnMut(S) -> T,
    ) -> Self {
        let edges = slice.rows.into_iter().map(|(position, item)| Edge {
            cursor: cursor(&position, sort),
            node: node(item),
        });
        Self {
            edges: edges.collect(),
            has_more: slice.has_more,
            continued: request.after.is_some(),
            count,
        }
    }
}

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

/// A page of a list.
#[Object(name_type)]
impl<T: OutputType> Connection<T> {
    /// The rows.
    #[graphql(directive = any_token::apply())]
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// The rows with their cursors.
    #[graphql(directive = any_token::apply())]
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// Whether the list goes on, and where.
    #[graphql(directive = any_token::apply())]
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_more,
            has_previous_page: self.continued,
            start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
        }
    }

    /// How long the whole list is.
    #[graphql(directive = any_token::apply())]
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(self.count.of(ctx).await?)
    }
}

/// A row of a list.
pub(crate) struct Edge<T> {
    cursor: String,
    node: T,
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// A row of a list.
#[Object(name_type)]
impl<T: OutputType> Edge<T> {
    /// Names the row: `after` it the next page begins.
    #[graphql(directive = any_token::apply())]
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The row.
    #[graphql(directive = any_token::apply())]
    async fn node(&self) -> &T {
        &self.node
    }
}

/// Whether a list goes on.
struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

/// Whether a list goes on, and where.
#[Object]
impl PageInfo {
    /// Whether there are rows behind this page.
    #[graphql(directive = any_token::apply())]
    async fn has_next_page(&self) -> bool {
        self.has_next_page
    }

    /// Whether there are rows before this page.
    #[graphql(directive = any_token::apply())]
    async fn has_previous_page(&self) -> bool {
        self.has_previous_page
    }

    /// The cursor of the first row.
    #[graphql(directive = any_token::apply())]
    async fn start_cursor(&self) -> Option<&str> {
        self.start_cursor.as_deref()
    }

    /// The cursor of the last row.
    #[graphql(directive = any_token::apply())]
    async fn end_cursor(&self) -> Option<&str> {
        self.end_cursor.as_deref()
    }
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
            |first| slice((first, MAX_PAGE), None, Direction::Ascending, "x").map(|slice| slice.limit);
        assert_eq!(
            [
                limit(None).unwrap(),
                limit(Some(0)).unwrap(),
                limit(Some(500)).unwrap()
            ],
            [25, 0, 50]
        );
        assert!(limit(Some(-1)).is_err());
    }
}
