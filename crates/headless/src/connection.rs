//! Lists as Relay specifies them: nodes, edges, `pageInfo` and `totalCount`. [`Page`](crate::page::Page) makes them.

use std::borrow::Cow;

use async_graphql::{Context, Object, OutputType, Result, SimpleObject, TypeName};

use crate::access::any_token;
use crate::counts::Count;

/// A page of a list of `T`.
pub(crate) struct Connection<T> {
    pub(crate) edges: Vec<Edge<T>>,
    pub(crate) has_next_page: bool,
    pub(crate) has_previous_page: bool,
    pub(crate) count: Box<dyn Count>,
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
            has_next_page: self.has_next_page,
            has_previous_page: self.has_previous_page,
            start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
        }
    }

    /// How many rows the whole list has.
    #[graphql(directive = any_token::apply())]
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(self.count.read(ctx).await?)
    }
}

/// A row of a list.
pub(crate) struct Edge<T> {
    pub(crate) cursor: String,
    pub(crate) node: T,
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// A row of a list.
#[Object(name_type)]
impl<T: OutputType> Edge<T> {
    /// Names the row: the page `after` it begins with the next row.
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

/// Whether a list goes on, and where.
#[derive(SimpleObject)]
struct PageInfo {
    /// Whether there are rows after this page.
    #[graphql(directive = any_token::apply())]
    has_next_page: bool,
    /// Whether there are rows before this page.
    #[graphql(directive = any_token::apply())]
    has_previous_page: bool,
    /// The cursor of the first row.
    #[graphql(directive = any_token::apply())]
    start_cursor: Option<String>,
    /// The cursor of the last row.
    #[graphql(directive = any_token::apply())]
    end_cursor: Option<String>,
}
