//! What a client sends, and what it gets.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{
    BatchRequest, EmptySubscription, ErrorExtensionValues, Request, Response, Schema, ServerError,
};
use latchkey_domain::Clock;
use latchkey_store::Store;
use serde_json::json;
use tracing::Instrument;

use crate::access::{Refusals, ScopeGuard};
use crate::budget::{Budget, Budgets};
use crate::caller::Caller;
use crate::cost::{self, MAX_COST, TooComplex};
use crate::documents::{Documents, Unreadable};
use crate::error::{BAD_USER_INPUT, QUERY_TOO_COMPLEX, THROTTLED, UNAVAILABLE};
use crate::loaders::loader;
use crate::schema::{Mutation, PublicUrl, Query};
use crate::span;

/// The most queries of a batch.
const MAX_BATCH: usize = 10;
/// What a query costs that is refused because of its size or its form: it was read.
const REFUSED: u64 = 10;

/// The answer to a request: a JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The request was understood; what went wrong in it, if anything did, stands in `errors`.
    Done {
        /// The document.
        body: String,
        /// Whether anything went wrong.
        failed: bool,
        /// Where some of it would have been too much for this minute: how long to wait before it may be asked for
        /// again.
        retry_after: Option<Duration>,
        /// Whether some of it failed here and may soon work. A part may be done all the same: of two mutations the first.
        unavailable: bool,
    },
    /// The body is no GraphQL request.
    Malformed(String),
}

/// The Headless API over a store. Cloning it is cheap.
#[derive(Clone)]
pub struct HeadlessApi {
    schema: Schema<Query, Mutation, EmptySubscription>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    documents: Arc<Documents>,
    budgets: Arc<Budgets>,
    public_url: Option<PublicUrl>,
}

/// What the queries of a request have come to so far.
#[derive(Default)]
struct Bill {
    /// Their cost.
    cost: u64,
    /// How long to wait before the first that was put off can be asked again.
    wait: Option<Duration>,
    /// Whether anything went wrong in one of them.
    failed: bool,
    /// Whether anything in one of them is not available at the moment.
    unavailable: bool,
}

impl HeadlessApi {
    /// Puts the schema together. `budget` is what an application may spend.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, budget: Budget) -> Self {
        let schema = Schema::build(Query, Mutation, EmptySubscription)
            .extension(ScopeGuard)
            .data(Arc::clone(&store))
            .data(Arc::clone(&clock))
            .finish();
        Self {
            schema,
            store,
            clock,
            documents: Arc::default(),
            budgets: Arc::new(Budgets::new(budget)),
            public_url: None,
        }
    }

    /// The same for a network that people reach at this address.
    #[must_use]
    pub fn at(mut self, public_url: &str) -> Self {
        self.public_url = Some(PublicUrl(public_url.into()));
        self
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
        let mut bill = Bill::default();
        let body = match batch {
            BatchRequest::Single(request) => text(&self.run(caller, request, &mut bill).await),
            BatchRequest::Batch(requests) if requests.len() > MAX_BATCH => {
                let message = format!(
                    "the batch has {} queries, and the limit is {MAX_BATCH}",
                    requests.len()
                );
                bill.failed = true;
                error_body(QUERY_TOO_COMPLEX, &message)
            }
            BatchRequest::Batch(requests) => {
                let mut answers = Vec::with_capacity(requests.len());
                for request in requests {
                    answers.push(text(&self.run(caller, request, &mut bill).await));
                }
                format!("[{}]", answers.join(","))
            }
        };
        Answer::Done {
            body,
            failed: bill.failed,
            retry_after: bill.wait,
            unavailable: bill.unavailable,
        }
    }

    async fn run(&self, caller: &Caller, mut request: Request, bill: &mut Bill) -> Response {
        if let Err(refusal) = self.admit(caller, &mut request, bill) {
            bill.failed = true;
            return Response::from_errors(vec![refusal]);
        }
        let refusals = Arc::new(Refusals::default());
        let mut request = request
            .data(caller.clone())
            .data(loader(Arc::clone(&self.store), caller.viewer()))
            .data(SharedRefusals(Arc::clone(&refusals)));
        if let Some(url) = &self.public_url {
            request = request.data(url.clone());
        }
        let span = span::of(&mut request);
        let mut response = self.schema.execute(request).instrument(span.clone()).await;
        response.errors.extend(refusals.take());
        for error in &mut response.errors {
            give_code(error);
            bill.unavailable |= is_unavailable(error);
        }
        if response.is_err() {
            bill.failed = true;
            span.record("otel.status_code", "ERROR");
        }
        response
    }

    /// Parses and weighs a query, and charges what it costs.
    fn admit(&self, caller: &Caller, request: &mut Request, bill: &mut Bill) -> Result<(), ServerError> {
        let weighed = self.weigh(request, bill);
        let cost = weighed.as_ref().map_or(REFUSED, |cost| *cost);
        if let Err(wait) = self.budgets.spend(caller, cost, self.clock.now()) {
            bill.wait.get_or_insert(wait);
            return Err(throttled(wait));
        }
        bill.cost = bill.cost.saturating_add(weighed?);
        Ok(())
    }

    /// What a query costs. Refuses what is too much, together with what the batch has cost before.
    fn weigh(&self, request: &mut Request, bill: &Bill) -> Result<u64, ServerError> {
        let document = self
            .documents
            .read(&request.query)
            .map_err(|unreadable| match unreadable {
                Unreadable::TooComplex(refusal) => too_complex(&refusal),
                Unreadable::Wrong(mut error) => {
                    give_code(&mut error);
                    error
                }
            })?;
        let cost = cost::cost(&document, &request.variables).map_err(|refusal| too_complex(&refusal))?;
        // Fragments in a circle have no cost; validation refuses them.
        let cost = cost.unwrap_or(REFUSED);
        let total = bill.cost.saturating_add(cost);
        if total > MAX_COST {
            return Err(too_complex(&TooComplex::Cost { cost: total }));
        }
        request.set_parsed_query(Arc::unwrap_or_clone(document));
        Ok(cost)
    }
}

/// The refusals of a request, which its guard adds to and its answer takes.
pub(crate) struct SharedRefusals(pub(crate) Arc<Refusals>);

fn throttled(wait: Duration) -> ServerError {
    let seconds = whole_seconds(wait);
    let message =
        format!("this application has asked for too much in this member's name; ask again after {seconds} s");
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", THROTTLED);
    extensions.set("retryAfter", seconds);
    let mut error = ServerError::new(message, None);
    error.extensions = Some(extensions);
    error
}

/// A wait as clients are told it: never too short.
pub fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1_000))
        .unwrap_or(u64::MAX)
        .max(1)
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

fn is_unavailable(error: &ServerError) -> bool {
    let code = error
        .extensions
        .as_ref()
        .and_then(|extensions| extensions.get("code"));
    code == Some(&UNAVAILABLE.into())
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
