//! What a client sends, and what it gets.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{EmptySubscription, ErrorExtensionValues, Request, Response, Schema, ServerError, Value};
use latchkey_domain::Clock;
use latchkey_domain::limits::{
    MAX_ANSWER_BYTES, MAX_API_SECONDS, MAX_BATCH, MAX_MUTATION_BYTES, MAX_MUTATIONS, MAX_QUERY_COST,
    MAX_QUERY_DEPTH,
};
use latchkey_storage::Store;
use serde_json::json;
use tracing::Instrument;

use crate::access::{Refusals, ScopeGuard};
use crate::budget::{Budget, Budgets};
use crate::caller::Caller;
use crate::cost::{self, Cost, TooComplex};
use crate::documents::{Documents, Unreadable};
use crate::error::{
    BAD_USER_INPUT, QUERY_TOO_COMPLEX, THROTTLED, TIMEOUT, UNAVAILABLE, too_large, whole_seconds,
};
use crate::fields;
use crate::html::Sanitizer;
use crate::loaders::{Known, loader};
use crate::meter::{AnswerMeter, Held, Meter, Room};
use crate::request::{self, Asked, Query as Sent};
use crate::schema::{Mutation, PublicUrl, Query};
use crate::span;

/// What a query costs that is refused because of its size or its form: it was read.
const REFUSED: u64 = 10;

/// The answer to a request: a JSON document.
#[derive(Debug)]
pub enum Answer {
    /// The request was understood; what went wrong in it, if anything did, stands in `errors`.
    Done {
        /// The document.
        body: String,
        /// Whether anything went wrong.
        failed: bool,
        /// Where some of it would have been too much for now: how long to wait before it may be asked for again.
        retry_after: Option<Duration>,
        /// Whether some of it failed here and may soon work. A part may be done all the same: of two mutations the first.
        unavailable: bool,
        /// What a large answer holds; keep it until the document has been sent.
        held: Option<Held>,
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
    room: Room,
    deadline: Duration,
}

/// What the queries of a request have come to so far.
#[derive(Default)]
struct Bill {
    /// Their cost.
    cost: Cost,
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
            .extension(AnswerMeter)
            .data(Arc::clone(&store))
            .data(Arc::clone(&clock))
            .data(Sanitizer::default())
            .finish();
        Self {
            schema,
            store,
            clock,
            documents: Arc::default(),
            budgets: Arc::new(Budgets::new(budget)),
            public_url: None,
            room: Room::default(),
            deadline: Duration::from_secs(MAX_API_SECONDS),
        }
    }

    /// The same for a network that people reach at this address.
    #[must_use]
    pub fn at(mut self, public_url: &str) -> Self {
        self.public_url = Some(PublicUrl(public_url.into()));
        self
    }

    /// The same with another time that a request may take.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// The schema in GraphQL's own language, with the scope that opens each field.
    pub fn sdl(&self) -> String {
        self.schema.sdl()
    }

    /// Answers a request: a query, or a list of queries. What is not done when the deadline comes, or when nobody waits for
    /// the answer any more, is not done at all.
    pub async fn answer(&self, caller: &Caller, content_type: &str, body: &[u8]) -> Answer {
        let asked = match request::read(content_type, body) {
            Ok(asked) => asked,
            Err(message) => return Answer::Malformed(error_body(BAD_USER_INPUT, &message)),
        };
        match tokio::time::timeout(self.deadline, self.answer_all(caller, asked)).await {
            Ok(answer) => answer,
            Err(_) => Answer::Done {
                body: error_body(TIMEOUT, &too_late(self.deadline)),
                failed: true,
                retry_after: None,
                unavailable: false,
                held: None,
            },
        }
    }

    async fn answer_all(&self, caller: &Caller, asked: Asked) -> Answer {
        let mut bill = Bill::default();
        let meter = Arc::new(Meter::new(&self.room));
        let mut body = Vec::new();
        match asked {
            Asked::One(query) => {
                let response = self.run(caller, *query, &mut bill, &meter).await;
                write(&response, &meter, &mut body);
            }
            Asked::Many(queries) if queries.len() > MAX_BATCH => {
                let message = format!(
                    "the batch has {} queries, and the limit is {MAX_BATCH}",
                    queries.len()
                );
                bill.failed = true;
                body = error_body(QUERY_TOO_COMPLEX, &message).into_bytes();
            }
            Asked::Many(queries) => {
                for query in queries {
                    body.push(if body.is_empty() { b'[' } else { b',' });
                    let response = self.run(caller, query, &mut bill, &meter).await;
                    write(&response, &meter, &mut body);
                }
                body.push(b']');
            }
        }
        Answer::Done {
            // It was written as JSON, which is UTF-8.
            body: String::from_utf8(body).unwrap_or_default(),
            failed: bill.failed,
            retry_after: bill.wait,
            unavailable: bill.unavailable,
            held: meter.held(),
        }
    }

    async fn run(&self, caller: &Caller, query: Sent, bill: &mut Bill, meter: &Arc<Meter>) -> Response {
        let admitted = match query {
            Ok(request) => self.admit(caller, request, bill),
            Err(refusal) => self.spend(caller, REFUSED, bill).and(Err(refusal)),
        };
        let (request, document) = match admitted {
            Ok(admitted) => admitted,
            Err(refusal) => {
                bill.failed = true;
                return Response::from_errors(vec![refusal]);
            }
        };
        let refusals = Arc::new(Refusals::default());
        let mut request = request
            .data(caller.clone())
            .data(Arc::clone(meter))
            .data(Known::default())
            .data(loader(
                Arc::clone(&self.store),
                caller.viewer(),
                Arc::clone(meter),
            ))
            .data(SharedRefusals(Arc::clone(&refusals)));
        if let Some(url) = &self.public_url {
            request = request.data(url.clone());
        }
        let span = span::of(&mut request);
        let mut response = self.schema.execute(request).instrument(span.clone()).await;
        response.errors.extend(refusals.take());
        if meter.is_full() {
            // What was put together until then goes, so that nobody takes it for the whole.
            let mut extensions = ErrorExtensionValues::default();
            extensions.set("code", QUERY_TOO_COMPLEX);
            extensions.set("limit", MAX_ANSWER_BYTES);
            response = Response::from_errors(vec![refused(too_large(), extensions)]);
        }
        fields::keep_first(&mut response.errors, &document);
        for error in &mut response.errors {
            give_code(error);
            bill.unavailable |= is_unavailable(error);
            if bill.wait.is_none() {
                bill.wait = wait_of(error);
            }
        }
        if response.is_err() {
            bill.failed = true;
            span.record("otel.status_code", "ERROR");
        }
        response
    }

    /// Parses and weighs a query, and charges what it costs.
    fn admit(
        &self,
        caller: &Caller,
        mut request: Request,
        bill: &mut Bill,
    ) -> Result<(Request, Arc<ExecutableDocument>), ServerError> {
        let weighed = self.weigh(&request, bill);
        let points = weighed.as_ref().map_or(REFUSED, |(cost, _, _)| cost.points);
        self.spend(caller, points, bill)?;
        let (_, total, document) = weighed?;
        bill.cost = total;
        request.set_parsed_query(ExecutableDocument::clone(&document));
        Ok((request, document))
    }

    /// Takes points from what the caller may spend.
    fn spend(&self, caller: &Caller, points: u64, bill: &mut Bill) -> Result<(), ServerError> {
        self.budgets
            .spend(caller, points, self.clock.now())
            .map_err(|wait| {
                bill.wait.get_or_insert(wait);
                throttled(wait)
            })
    }

    /// What a query costs, and what it costs together with what the batch has cost before.
    fn weigh(
        &self,
        request: &Request,
        bill: &Bill,
    ) -> Result<(Cost, Cost, Arc<ExecutableDocument>), ServerError> {
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
        let total = bill.cost.and(cost).map_err(|refusal| too_complex(&refusal))?;
        Ok((cost, total, document))
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
    refused(message, extensions)
}

fn refused(message: String, extensions: ErrorExtensionValues) -> ServerError {
    let mut error = ServerError::new(message, None);
    error.extensions = Some(extensions);
    error
}

fn too_late(deadline: Duration) -> String {
    format!(
        "the request took longer than {} s, and was stopped; ask for less at a time, and look whether a change was made \
         before you send it again",
        deadline.as_secs()
    )
}

fn too_complex(refusal: &TooComplex) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", QUERY_TOO_COMPLEX);
    match refusal {
        TooComplex::Cost { cost } => {
            extensions.set("cost", *cost);
            extensions.set("limit", MAX_QUERY_COST);
        }
        TooComplex::Depth { depth } => {
            extensions.set("depth", *depth);
            extensions.set("limit", MAX_QUERY_DEPTH);
        }
        TooComplex::Mutations { .. } => extensions.set("limit", MAX_MUTATIONS),
        TooComplex::Arguments { .. } => extensions.set("limit", MAX_MUTATION_BYTES),
        TooComplex::Answer => extensions.set("limit", MAX_ANSWER_BYTES),
        // It is wrong, not large.
        TooComplex::Circle { .. } => extensions.set("code", BAD_USER_INPUT),
        _ => {}
    }
    refused(refusal.to_string(), extensions)
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

/// How long to wait, where an error says so.
fn wait_of(error: &ServerError) -> Option<Duration> {
    match error.extensions.as_ref()?.get("retryAfter")? {
        Value::Number(seconds) => seconds.as_u64().map(Duration::from_secs),
        _ => None,
    }
}

/// Writes a response behind what is written already.
fn write(response: &Response, meter: &Meter, body: &mut Vec<u8>) {
    // What was counted is what is written, but for errors: it is not moved while it grows.
    body.reserve_exact(meter.answered().saturating_sub(body.len()) + 1_024);
    let start = body.len();
    if let Err(error) = serde_json::to_writer(&mut *body, response) {
        tracing::error!(%error, "an answer of the Headless API cannot be written");
        body.truncate(start);
        let words = "something failed on the server; try again later";
        body.extend_from_slice(error_body(crate::error::INTERNAL, words).as_bytes());
    }
}

/// A GraphQL answer that is one error and no data.
pub fn error_body(code: &str, message: &str) -> String {
    json!({ "data": null, "errors": [{ "message": message, "extensions": { "code": code } }] }).to_string()
}
