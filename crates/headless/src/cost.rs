//! The cost of a query, computed before it runs.
//!
//! A field costs 1. A field below the `nodes` or `edges` of a list costs 1 for each row that the query asks for. Each
//! fragment is measured once, however often it is spread, so that a small query cannot hide a huge one.

mod nesting;
mod too_complex;
mod walk;
mod weight;

use async_graphql::Variables;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use latchkey_domain::limits::{
    MAX_ANSWER_BYTES, MAX_BATCH, MAX_MUTATION_BYTES, MAX_MUTATIONS, MAX_QUERY_BYTES, MAX_QUERY_COST,
    MAX_QUERY_DEPTH, MAX_QUERY_NESTING, MAX_TEXT_BYTES, MAX_TYPE_LISTS, MUTATION_COST,
};

use self::nesting::deepest;
pub(crate) use self::too_complex::TooComplex;
use self::walk::Walk;

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
    /// The sum, if one request may have both.
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

/// The cost of a query, if it may run at all: that of its most expensive operation.
pub(crate) fn cost(document: &ExecutableDocument, variables: &Variables) -> Result<Cost, TooComplex> {
    let mut most = Cost::default();
    let mut sum = 0_u64;
    for (_, operation) in document.operations.iter() {
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
