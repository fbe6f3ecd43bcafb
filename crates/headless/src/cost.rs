//! How much work a query is, found out before any of it is done.
//!
//! A field costs 1, and what is below the `nodes` or `edges` of a list costs as often as rows are asked for. Fragments are
//! looked at once each, however often they are spread, so that a small query cannot hide a huge one.

mod nesting;
mod walk;

use async_graphql::Variables;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType};
use latchkey_domain::limits::{
    MAX_ANSWER_BYTES, MAX_BATCH, MAX_MUTATION_BYTES, MAX_MUTATIONS, MAX_QUERY_BYTES, MAX_QUERY_COST,
    MAX_QUERY_DEPTH, MAX_QUERY_NESTING, MAX_TEXT_BYTES, MAX_TYPE_LISTS, MUTATION_COST,
};
use thiserror::Error;

pub(crate) use self::nesting::deepest;
use self::walk::Walk;

/// Why a query is refused before it is run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TooComplex {
    /// It is too much work.
    #[error(
        "the query costs {cost}, and the limit is {MAX_QUERY_COST}; ask for fewer rows or fields at a time"
    )]
    Cost {
        /// How much.
        cost: u64,
    },
    /// It is too deep.
    #[error("the query is {depth} fields deep, and the limit is {MAX_QUERY_DEPTH}")]
    Depth {
        /// How deep.
        depth: u64,
    },
    /// Its brackets are too deep to be parsed.
    #[error("the query is {depth} brackets deep, and the limit is {MAX_QUERY_NESTING}")]
    Nesting {
        /// How deep.
        depth: usize,
    },
    /// It is too long to be parsed.
    #[error("the query has {bytes} bytes, and the limit is {MAX_QUERY_BYTES}; send long texts as variables")]
    Length {
        /// How long.
        bytes: usize,
    },
    /// It has too many mutations.
    #[error("the request has {mutations} mutations, and the limit is {MAX_MUTATIONS}")]
    Mutations {
        /// How many.
        mutations: u64,
    },
    /// The arguments of its mutations are too long together.
    #[error(
        "the arguments of the mutations have {bytes} bytes, a variable counted at each of its uses, and the limit is \
         {MAX_MUTATION_BYTES}"
    )]
    Arguments {
        /// How long.
        bytes: u64,
    },
    /// What its mutations give back may be larger than an answer.
    #[error(
        "what the mutations give back may have more than {MAX_ANSWER_BYTES} bytes, and that is the limit; nothing was \
         changed; ask for fewer texts"
    )]
    Answer,
    /// Its fragments are spread in a circle.
    #[error("the fragment {name} is spread within itself")]
    Circle {
        /// One of them.
        name: String,
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
    if query.len() > MAX_QUERY_BYTES {
        return Err(TooComplex::Length { bytes: query.len() });
    }
    match deepest(query) {
        depth if depth > MAX_QUERY_NESTING => Err(TooComplex::Nesting { depth }),
        _ => Ok(()),
    }
}

/// What a query costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// In points.
    pub(crate) points: u64,
    /// How many mutations it has.
    pub(crate) mutations: u64,
    /// How many bytes their arguments have.
    pub(crate) bytes: u64,
}

impl Cost {
    /// Both together, as long as one request may have both.
    pub(crate) fn and(self, other: Self) -> Result<Self, TooComplex> {
        let both = Self {
            points: self.points.saturating_add(other.points),
            mutations: self.mutations.saturating_add(other.mutations),
            bytes: self.bytes.saturating_add(other.bytes),
        };
        if both.mutations > MAX_MUTATIONS {
            return Err(TooComplex::Mutations {
                mutations: both.mutations,
            });
        }
        if both.bytes > MAX_MUTATION_BYTES {
            return Err(TooComplex::Arguments { bytes: both.bytes });
        }
        if both.points > MAX_QUERY_COST {
            return Err(TooComplex::Cost { cost: both.points });
        }
        Ok(both)
    }
}

/// What a query costs, if it may be run at all: the most that one of its operations does.
pub(crate) fn cost(document: &ExecutableDocument, variables: &Variables) -> Result<Cost, TooComplex> {
    let mut most = Cost::default();
    let mut sum = 0_u64;
    let operations: Vec<_> = match &document.operations {
        DocumentOperations::Single(one) => vec![one],
        DocumentOperations::Multiple(many) => many.values().collect(),
    };
    for operation in operations {
        let operation = &operation.node;
        let weight = Walk::new(document, variables, operation).operation()?;
        let mut points = weight.once.saturating_add(weight.rows);
        let mut cost = Cost::default();
        if operation.ty == OperationType::Mutation {
            cost.mutations = weight.fields;
            cost.bytes = weight.arguments;
            points = points.saturating_add(weight.fields.saturating_mul(MUTATION_COST));
            if weight.texts.saturating_mul(MAX_TEXT_BYTES as u64) > MAX_ANSWER_BYTES as u64 {
                return Err(TooComplex::Answer);
            }
        }
        cost.points = points;
        if weight.depth > MAX_QUERY_DEPTH {
            return Err(TooComplex::Depth { depth: weight.depth });
        }
        if weight.lists > MAX_TYPE_LISTS {
            return Err(TooComplex::Introspection);
        }
        let cost = Cost::default().and(cost)?;
        most.points = most.points.max(cost.points);
        most.mutations = most.mutations.max(cost.mutations);
        most.bytes = most.bytes.max(cost.bytes);
        // One operation runs, but all are validated.
        sum = sum.saturating_add(points);
        if sum > MAX_QUERY_COST.saturating_mul(MAX_BATCH as u64) {
            return Err(TooComplex::Cost { cost: sum });
        }
    }
    Ok(most)
}

#[cfg(test)]
mod tests;
