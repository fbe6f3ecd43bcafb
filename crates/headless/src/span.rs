//! The trace span of an operation: its type, and the name that the client gave it. Never the query, which may contain
//! values.

use async_graphql::Request;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use latchkey_storage::TRACES;
use tracing::Span;
use tracing::field::Empty;

/// The most characters of an operation's name.
const NAME_LENGTH: usize = 64;

/// The span of the operation that `request` runs.
pub(crate) fn of(request: &mut Request) -> Span {
    let span = tracing::debug_span!(
        target: TRACES,
        "graphql",
        otel.name = Empty,
        otel.status_code = Empty,
        graphql.operation.type = Empty,
        graphql.operation.name = Empty,
    );
    if span.is_disabled() {
        return span;
    }
    let asked = request.operation_name.clone();
    if let Ok(document) = request.parsed_query()
        && let Some((kind, name)) = operation(document, asked.as_deref())
    {
        span.record("otel.name", format_args!("graphql.{kind}"));
        span.record("graphql.operation.type", kind);
        if let Some(name) = name {
            // A name consists of ASCII letters, digits and underscores.
            span.record("graphql.operation.name", &name[..name.len().min(NAME_LENGTH)]);
        }
    }
    span
}

/// The type and name of the operation that runs: the requested one, or the only one.
fn operation<'d>(
    document: &'d ExecutableDocument,
    asked: Option<&str>,
) -> Option<(&'static str, Option<&'d str>)> {
    let mut operations = document.operations.iter();
    let (name, operation) = match asked {
        Some(asked) => operations.find(|(name, _)| name.is_some_and(|name| name.as_str() == asked))?,
        None => operations.next()?,
    };
    let kind = match operation.node.ty {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    };
    Some((kind, name.map(async_graphql::Name::as_str)))
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn the_operation_is_the_one_that_runs() {
        let two = parse_query("query Mine { me { id } } mutation Post { createPost { errors } }").unwrap();
        assert_eq!(operation(&two, Some("Post")), Some(("mutation", Some("Post"))));
        assert_eq!(operation(&two, Some("Yours")), None);
        let one = parse_query("{ me { id } }").unwrap();
        assert_eq!(operation(&one, None), Some(("query", None)));
    }
}
