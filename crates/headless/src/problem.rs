//! What failed in a request, for the application's activity. A request without errors has none of it.

use async_graphql::{PathSegment, ServerError, Value};
use latchkey_domain::{Scope, ScopeSet};
use latchkey_storage::ActivityReason;

use crate::error::{
    BAD_USER_INPUT, INTERNAL, PERSISTED_QUERY_NOT_SUPPORTED, QUERY_TOO_COMPLEX, THROTTLED, TIMEOUT,
    UNAVAILABLE,
};
use crate::query_error::extension;

/// How many different problems of a request the answer names: a query may have thousands of errors.
const DIFFERENT: usize = 5;

/// How much of an error's message about a query the answer has.
const MESSAGE: usize = 200;

/// What failed. Requests with the same code and field have the same problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of failure it is.
    pub reason: ActivityReason,
    /// The code, the field, and what is wrong. It has no values that change with each request.
    pub message: String,
    /// The scope that the token lacks.
    pub missing_scope: ScopeSet,
}

impl Problem {
    /// A body that is not a GraphQL request.
    pub fn malformed() -> Self {
        Self::of_request(
            ActivityReason::ApiInput,
            BAD_USER_INPUT,
            "the body is not a GraphQL request; the response says what was expected",
        )
    }

    /// A request that was stopped because it took too long.
    pub(crate) fn timeout() -> Self {
        Self::of_request(
            ActivityReason::ApiTimeout,
            TIMEOUT,
            "the request took too long and was stopped",
        )
    }

    fn of_request(reason: ActivityReason, code: &str, words: &str) -> Self {
        Self {
            reason,
            message: format!("{code}: {words}"),
            missing_scope: ScopeSet::EMPTY,
        }
    }

    /// `None` for a server that cannot reach its data, since it could not keep an entry either, and for a persisted
    /// query, which clients then send as a whole.
    fn of(error: &ServerError) -> Option<Self> {
        let code = match extension(error, "code") {
            Some(Value::String(code)) => code.as_str(),
            _ => BAD_USER_INPUT,
        };
        let missing_scope = missing_scope(error);
        let reason = match code {
            UNAVAILABLE | PERSISTED_QUERY_NOT_SUPPORTED => return None,
            "FORBIDDEN" if missing_scope.is_empty() => ActivityReason::ApiNotYours,
            "FORBIDDEN" => ActivityReason::ApiScope,
            "NOT_FOUND" => ActivityReason::ApiNotFound,
            QUERY_TOO_COMPLEX => ActivityReason::ApiTooComplex,
            THROTTLED => ActivityReason::ApiThrottled,
            TIMEOUT => ActivityReason::ApiTimeout,
            INTERNAL => ActivityReason::ApiFailed,
            _ => ActivityReason::ApiInput,
        };
        let words = match reason {
            ActivityReason::ApiScope => format!(": the access token does not have the scope {missing_scope}"),
            ActivityReason::ApiNotYours => ": only the author may change this".to_owned(),
            ActivityReason::ApiNotFound => {
                ": there is no such object, or the member may not see it".to_owned()
            }
            ActivityReason::ApiThrottled => {
                ": the application asked for too much in a member's name".to_owned()
            }
            ActivityReason::ApiTooComplex => ": the query or its answer is too large".to_owned(),
            ActivityReason::ApiFailed => {
                ": something failed on the server; its log has the cause under the request id".to_owned()
            }
            // Only the first line: the next ones repeat the query.
            _ => {
                let line = error.message.lines().next().unwrap_or_default();
                let cut: String = line.chars().take(MESSAGE).collect();
                format!(": {}", cut.replace('`', "'"))
            }
        };
        let field = field(error)
            .map(|field| format!(" at `{field}`"))
            .unwrap_or_default();
        Some(Self {
            reason,
            message: format!("{code}{field}{words}"),
            missing_scope,
        })
    }
}

/// One of the scopes that would open the field; one that members can grant, if there is one.
fn missing_scope(error: &ServerError) -> ScopeSet {
    let Some(Value::String(names)) = extension(error, "requiredScope") else {
        return ScopeSet::EMPTY;
    };
    let scopes: Vec<Scope> = names.split(" or ").filter_map(|name| name.parse().ok()).collect();
    scopes
        .iter()
        .copied()
        .find(|scope| !scope.is_host_only())
        .or(scopes.first().copied())
        .into_iter()
        .collect()
}

/// The path of the field, without the numbers of rows.
fn field(error: &ServerError) -> Option<String> {
    let names: Vec<&str> = error
        .path
        .iter()
        .filter_map(|segment| match segment {
            PathSegment::Field(name) => Some(name.as_str()),
            PathSegment::Index(_) => None,
        })
        .collect();
    (!names.is_empty()).then(|| names.join("."))
}

/// Adds what failed, each different problem once.
pub(crate) fn add(problems: &mut Vec<Problem>, errors: &[ServerError]) {
    for problem in errors.iter().filter_map(Problem::of) {
        if problems.len() < DIFFERENT && !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Error;

    use super::*;
    use crate::error::ApiError;
    use crate::query_error::coded;

    fn at(error: ApiError, path: &[PathSegment]) -> ServerError {
        let mut error = Error::from(error).into_server_error(async_graphql::Pos::default());
        error.path = path.to_vec();
        error
    }

    #[test]
    fn a_missing_scope_is_named_with_its_field() {
        let path = [
            PathSegment::Field("posts".into()),
            PathSegment::Field("nodes".into()),
            PathSegment::Index(3),
            PathSegment::Field("author".into()),
        ];
        let names = "host:read:network_members or read:posts";
        let problem = Problem::of(&at(ApiError::MissingScope(names.into()), &path)).unwrap();
        assert_eq!(problem.reason, ActivityReason::ApiScope);
        assert_eq!(
            problem.message,
            "FORBIDDEN at `posts.nodes.author`: the access token does not have the scope read:posts"
        );
        assert_eq!(problem.missing_scope, ScopeSet::from_iter([Scope::ReadPosts]));
    }

    #[test]
    fn problems_that_are_alike_are_one() {
        let row = |index| {
            let path = [PathSegment::Field("posts".into()), PathSegment::Index(index)];
            at(ApiError::NotFound("post"), &path)
        };
        let mut problems = Vec::new();
        add(&mut problems, &(0..100).map(row).collect::<Vec<_>>());
        assert_eq!(problems.len(), 1);
        assert!(problems[0].message.starts_with("NOT_FOUND at `posts`: "));
        let different: Vec<_> = (0..100)
            .map(|number| coded(format!("wrong {number}"), BAD_USER_INPUT))
            .collect();
        add(&mut problems, &different);
        assert_eq!(problems.len(), DIFFERENT);
    }

    #[test]
    fn what_is_not_the_applications_problem_is_left_out() {
        let error = at(ApiError::Unavailable("try again in a few seconds"), &[]);
        assert_eq!(Problem::of(&error), None);
        let hash = coded("send the whole query", PERSISTED_QUERY_NOT_SUPPORTED);
        assert_eq!(Problem::of(&hash), None);
    }

    #[test]
    fn what_changes_with_each_request_is_left_out() {
        let one = Problem::of(&crate::query_error::throttled(std::time::Duration::from_secs(1)));
        let other = Problem::of(&crate::query_error::throttled(std::time::Duration::from_secs(9)));
        assert_eq!(one, other);
        let parse = coded(" --> 1:1\n  |\n1 | { secret", BAD_USER_INPUT);
        assert!(!Problem::of(&parse).unwrap().message.contains("secret"));
    }
}
