//! What a client sends, and what it gets.

use std::sync::Arc;

use async_graphql::{
    BatchRequest, EmptySubscription, ErrorExtensionValues, Request, Response, Schema, ServerError,
};
use latchkey_domain::Clock;
use latchkey_store::Store;
use serde_json::json;

use crate::access::{Refusals, ScopeGuard};
use crate::caller::Caller;
use crate::cost::{self, MAX_COST, TooComplex};
use crate::error::{BAD_USER_INPUT, QUERY_TOO_COMPLEX};
use crate::loaders::loader;
use crate::schema::{Mutation, Query};

/// The most queries of a batch.
const MAX_BATCH: usize = 10;

/// The answer to a request: a JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The request was understood; what went wrong in it, if anything did, stands in `errors`.
    Done {
        /// The document.
        body: String,
        /// Whether anything went wrong.
        failed: bool,
    },
    /// The body is no GraphQL request.
    Malformed(String),
}

/// The Headless API over a store. Cloning it is cheap.
#[derive(Clone)]
pub struct HeadlessApi {
    schema: Schema<Query, Mutation, EmptySubscription>,
    store: Arc<dyn Store>,
}

impl HeadlessApi {
    /// Puts the schema together.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        let schema = Schema::build(Query, Mutation, EmptySubscription)
            .extension(ScopeGuard)
            .data(Arc::clone(&store))
            .data(clock)
            .finish();
        Self { schema, store }
    }

    /// The schema in GraphQL's own language, with the scope that opens each field.
    pub fn sdl(&self) -> String {
        self.schema.sdl()
    }

    /// Answers a request: a query, or a list of queries.
    pub async fn answer(&self, caller: &Caller, body: &[u8]) -> Answer {
        let batch: BatchRequest = match serde_json::from_slice(body) {
            Ok(batch) => batch,
            Err(error) => {
                let message = format!(
                    "the body is not a GraphQL request: expected JSON like {{\"query\": \"{{ me {{ id }} }}\"}}; {error}"
                );
                return Answer::Malformed(error_body(BAD_USER_INPUT, &message));
            }
        };
        let mut spent = 0;
        match batch {
            BatchRequest::Single(request) => {
                let response = self.run(caller, request, &mut spent).await;
                Answer::Done {
                    failed: response.is_err(),
                    body: text(&response),
                }
            }
            BatchRequest::Batch(requests) if requests.len() > MAX_BATCH => {
                let message = format!(
                    "the batch has {} queries, and the limit is {MAX_BATCH}",
                    requests.len()
                );
                Answer::Done {
                    body: error_body(QUERY_TOO_COMPLEX, &message),
                    failed: true,
                }
            }
            BatchRequest::Batch(requests) => {
                let mut answers = Vec::with_capacity(requests.len());
                let mut failed = false;
                for request in requests {
                    let response = self.run(caller, request, &mut spent).await;
                    failed |= response.is_err();
                    answers.push(text(&response));
                }
                Answer::Done {
                    body: format!("[{}]", answers.join(",")),
                    failed,
                }
            }
        }
    }

    async fn run(&self, caller: &Caller, mut request: Request, spent: &mut u64) -> Response {
        if let Err(refusal) = weigh(&mut request, spent) {
            return Response::from_errors(vec![refusal]);
        }
        let refusals = Arc::new(Refusals::default());
        let request = request
            .data(caller.clone())
            .data(loader(Arc::clone(&self.store), caller.viewer()))
            .data(SharedRefusals(Arc::clone(&refusals)));
        let mut response = self.schema.execute(request).await;
        response.errors.extend(refusals.take());
        for error in &mut response.errors {
            give_code(error);
        }
        response
    }
}

/// The refusals of a request, which its guard adds to and its answer takes.
pub(crate) struct SharedRefusals(pub(crate) Arc<Refusals>);

/// Refuses what is too much, together with what the batch has cost before.
fn weigh(request: &mut Request, spent: &mut u64) -> Result<(), ServerError> {
    cost::check_text(&request.query).map_err(|refusal| too_complex(&refusal))?;
    let variables = request.variables.clone();
    let mut document = request.parsed_query().cloned();
    if let Err(error) = &mut document {
        give_code(error);
    }
    let cost = cost::cost(&document?, &variables).map_err(|refusal| too_complex(&refusal))?;
    let total = spent.saturating_add(cost.unwrap_or(0));
    if total > MAX_COST {
        return Err(too_complex(&TooComplex::Cost { cost: total }));
    }
    *spent = total;
    Ok(())
}

fn too_complex(refusal: &TooComplex) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", QUERY_TOO_COMPLEX);
    match refusal {
        TooComplex::Cost { cost } => {
            extensions.set("cost", *cost);
            extensions.set("limit", MAX_COST);
        }
        TooComplex::Depth { depth } => {
            extensions.set("depth", *depth);
            extensions.set("limit", cost::MAX_DEPTH);
        }
        _ => {}
    }
    let mut error = ServerError::new(refusal.to_string(), None);
    error.extensions = Some(extensions);
    error
}

/// What the library says by itself is about the query or its arguments.
fn give_code(error: &mut ServerError) {
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", BAD_USER_INPUT);
    }
}

fn text(response: &Response) -> String {
    serde_json::to_string(response).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer of the Headless API cannot be written");
        error_body(
            crate::error::INTERNAL,
            "something failed on the server; try again later",
        )
    })
}

/// A GraphQL answer that is one error and no data.
pub fn error_body(code: &str, message: &str) -> String {
    json!({ "data": null, "errors": [{ "message": message, "extensions": { "code": code } }] }).to_string()
}
