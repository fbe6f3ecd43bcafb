//! Why a query is refused.

use latchkey_domain::limits::{
    MAX_ANSWER_BYTES, MAX_MUTATION_BYTES, MAX_MUTATIONS, MAX_QUERY_BYTES, MAX_QUERY_COST, MAX_QUERY_DEPTH,
    MAX_QUERY_NESTING, MAX_TYPE_LISTS,
};
use thiserror::Error;

/// Why a query is refused before it is run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum TooComplex {
    #[error(
        "the query costs {cost}, and the limit is {MAX_QUERY_COST}; ask for fewer rows or fields at a time"
    )]
    Cost { cost: u64 },
    #[error("the query is {depth} fields deep, and the limit is {MAX_QUERY_DEPTH}")]
    Depth { depth: u64 },
    /// Its brackets nest too deep to be parsed.
    #[error("the query is {depth} brackets deep, and the limit is {MAX_QUERY_NESTING}")]
    Nesting { depth: usize },
    /// It is too long to be parsed.
    #[error("the query has {bytes} bytes, and the limit is {MAX_QUERY_BYTES}; send long texts as variables")]
    Length { bytes: usize },
    #[error("the request has {mutations} mutations, and the limit is {MAX_MUTATIONS}")]
    Mutations { mutations: u64 },
    /// The arguments of its mutations are too long in total.
    #[error(
        "the arguments of the mutations have {bytes} bytes, a variable counted at each of its uses, and the limit is \
         {MAX_MUTATION_BYTES}"
    )]
    Arguments { bytes: u64 },
    /// The results of its mutations may exceed the limit of an answer.
    #[error(
        "what the mutations give back may have more than {MAX_ANSWER_BYTES} bytes, and that is the limit; nothing was \
         changed; ask for fewer texts"
    )]
    Answer,
    /// Its fragments form a cycle that contains this one.
    #[error("the fragment {name} is spread within itself")]
    Circle { name: String },
    /// Its fragments spread each other too often.
    #[error("the fragments are spread too deep in each other")]
    Fragments,
    /// It nests the types of an introspection too deep.
    #[error(
        "the introspection asks for the fields of types below each other more than {MAX_TYPE_LISTS} times"
    )]
    Introspection,
}
