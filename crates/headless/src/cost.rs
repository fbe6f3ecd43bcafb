//! How much work a query is, found out before any of it is done.
//!
//! A field costs 1, and what is below the `nodes` or `edges` of a list costs as often as rows are asked for. Fragments are
//! looked at once each, however often they are spread, so that a small query cannot hide a huge one.

mod nesting;
mod walk;

use async_graphql::Variables;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType};
use thiserror::Error;

pub(crate) use self::nesting::deepest;
use self::walk::{Walk, Weight};

/// The most that a request may cost, all queries of a batch together.
pub const MAX_COST: u64 = 1_500;
/// How deep fields may stand in each other.
pub const MAX_DEPTH: u64 = 12;
/// The most bytes of a query's text.
pub const MAX_BYTES: usize = 32 * 1024;
/// How deep brackets may stand in each other: more than [`MAX_DEPTH`] can need.
pub(crate) const MAX_NESTING: usize = 64;
/// How often the fields of a type may be asked for below each other in an introspection.
const MAX_TYPE_LISTS: u64 = 2;
/// What a change costs besides its fields: it is a write.
const MUTATION: u64 = 10;

/// Why a query is refused before it is run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TooComplex {
    /// It is too much work.
    #[error("the query costs {cost}, and the limit is {MAX_COST}; ask for fewer rows or fields at a time")]
    Cost {
        /// How much.
        cost: u64,
    },
    /// It is too deep.
    #[error("the query is {depth} fields deep, and the limit is {MAX_DEPTH}")]
    Depth {
        /// How deep.
        depth: u64,
    },
    /// Its brackets are too deep to be parsed.
    #[error("the query is {depth} brackets deep, and the limit is {MAX_NESTING}")]
    Nesting {
        /// How deep.
        depth: usize,
    },
    /// It is too long to be parsed.
    #[error("the query has {bytes} bytes, and the limit is {MAX_BYTES}; send long texts as variables")]
    Length {
        /// How long.
        bytes: usize,
    },
    /// Its fragments are spread in each other too often.
    #[error("the fragments are spread too deep in each other")]
    Fragments,
    /// It asks for types within types within types.
    #[error(
        "the introspection asks for the fields of types below each other more than {MAX_TYPE_LISTS} times"
    )]
    Introspection,
}

/// Checks the text of a query before it is parsed.
pub(crate) fn check_text(query: &str) -> Result<(), TooComplex> {
    if query.len() > MAX_BYTES {
        return Err(TooComplex::Length { bytes: query.len() });
    }
    match deepest(query) {
        depth if depth > MAX_NESTING => Err(TooComplex::Nesting { depth }),
        _ => Ok(()),
    }
}

/// What a query costs, if it may be run at all. `None`: its fragments stand in a circle, which validation says better.
pub(crate) fn cost(document: &ExecutableDocument, variables: &Variables) -> Result<Option<u64>, TooComplex> {
    let mut total = 0;
    let mut walk = Walk::new(document, variables);
    let operations: Vec<_> = match &document.operations {
        DocumentOperations::Single(one) => vec![one],
        DocumentOperations::Multiple(many) => many.values().collect(),
    };
    for operation in operations {
        let Some(weight) = walk.selection_set(&operation.node.selection_set.node, false, 0)? else {
            return Ok(None);
        };
        let Weight {
            rows,
            once,
            depth,
            lists,
        } = weight;
        let mut cost = once.saturating_add(rows);
        if operation.node.ty == OperationType::Mutation {
            let changes = operation.node.selection_set.node.items.len() as u64;
            cost = cost.saturating_add(changes.saturating_mul(MUTATION));
        }
        if depth > MAX_DEPTH {
            return Err(TooComplex::Depth { depth });
        }
        if lists > MAX_TYPE_LISTS {
            return Err(TooComplex::Introspection);
        }
        total = cost.max(total);
    }
    if total > MAX_COST {
        return Err(TooComplex::Cost { cost: total });
    }
    Ok(Some(total))
}

#[cfg(test)]
mod tests;
