//! The API: turns the body of a request into its answer.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{EmptySubscription, Request, Response, Schema, ServerError};
use latchkey_domain::limits::{API_TIMEOUT, MAX_BATCH};
use latchkey_domain::{Clock, Network};
use latchkey_storage::Store;
use tokio::sync::OnceCell;
use tracing::Instrument;

use crate::access::{Refusals, ScopeGuard};
use crate::answer::{Answer, error_body, write};
use crate::budget::{Budget, Budgets};
use crate::caller::Caller;
use crate::context::PublicUrl;
use crate::cost::{self, Cost};
use crate::counts::Counts;
use crate::documents::Documents;
use crate::error::{BAD_USER_INPUT, QUERY_TOO_COMPLEX, TIMEOUT};
use crate::html::Sanitizer;
use crate::loaders::loader;
use crate::meter::{AnswerMeter, Meter, Room};
use crate::problem::{self, Problem};
use crate::request::{self, Asked, Query as Sent};
use crate::schema::{Mutation, Query};
use crate::{fields, query_error, span};

/// The cost of a query that is refused for its size or form: it was read.
const REFUSED_COST: u64 = 10;

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

/// The sum of a request's queries so far.
#[derive(Default)]
struct Bill {
    cost: Cost,
    /// How long to wait before the first throttled query can be asked again.
    wait: Option<Duration>,
    failed: bool,
    problems: Vec<Problem>,
    unavailable: bool,
}

impl Bill {
    fn fails(&mut self, errors: &[ServerError]) {
        self.failed = true;
        problem::add(&mut self.problems, errors);
    }
}

impl HeadlessApi {
    /// Builds the schema. `budget` is what an application may spend.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, budget: Budget) -> Self {
        let schema = Schema::build(Query, Mutation::default(), EmptySubscription)
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
            deadline: API_TIMEOUT,
        }
    }

    /// Sets the public URL of the network.
    #[must_use]
    pub fn at(mut self, public_url: &str) -> Self {
        self.public_url = Some(PublicUrl(public_url.into()));
        self
    }

    /// Sets the time limit for a request.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// The schema in GraphQL's schema language, with the scopes of each field.
    pub fn sdl(&self) -> String {
        self.schema.sdl()
    }

    /// Answers a request: a query, or a list of queries. When the deadline passes, or when the caller drops the future,
    /// it stops.
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
                problems: vec![Problem::timeout()],
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
                bill.fails(&[query_error::coded(&message, QUERY_TOO_COMPLEX)]);
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
            // It was written as JSON, so it is UTF-8.
            body: String::from_utf8(body).unwrap_or_default(),
            failed: bill.failed,
            problems: bill.problems,
            retry_after: bill.wait,
            unavailable: bill.unavailable,
            held: meter.held(),
        }
    }

    async fn run(&self, caller: &Caller, query: Sent, bill: &mut Bill, meter: &Arc<Meter>) -> Response {
        let admitted = match query {
            Ok(request) => self.admit(caller, request, bill),
            Err(refusal) => self.spend(caller, REFUSED_COST, bill).and(Err(refusal)),
        };
        let (request, document) = match admitted {
            Ok(admitted) => admitted,
            Err(mut refusal) => {
                query_error::complete(&mut refusal);
                let response = Response::from_errors(vec![refusal]);
                bill.fails(&response.errors);
                return response;
            }
        };
        let refusals = Refusals::default();
        let mut request = request
            .data(caller.clone())
            .data(Arc::clone(meter))
            .data(Counts::default())
            .data(OnceCell::<Network>::default())
            .data(loader(
                Arc::clone(&self.store),
                caller.viewer(),
                Arc::clone(meter),
            ))
            .data(refusals.clone());
        if let Some(url) = &self.public_url {
            request = request.data(url.clone());
        }
        let span = span::of(&mut request);
        let mut response = self.schema.execute(request).instrument(span.clone()).await;
        response.errors.extend(refusals.take());
        if meter.is_full() {
            // Drop the partial answer, so that no client takes it for the whole.
            response = Response::from_errors(vec![query_error::answer_too_large()]);
        }
        fields::keep_first(&mut response.errors, &document);
        for error in &mut response.errors {
            query_error::complete(error);
            bill.unavailable |= query_error::is_unavailable(error);
            bill.wait = bill.wait.or_else(|| query_error::retry_after(error));
        }
        if response.is_err() {
            bill.fails(&response.errors);
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
        let points = weighed.as_ref().map_or(REFUSED_COST, |(cost, _, _)| cost.points);
        self.spend(caller, points, bill)?;
        let (_, total, document) = weighed?;
        bill.cost = total;
        request.set_parsed_query(ExecutableDocument::clone(&document));
        Ok((request, document))
    }

    /// Charges points to the caller's budget.
    fn spend(&self, caller: &Caller, points: u64, bill: &mut Bill) -> Result<(), ServerError> {
        self.budgets
            .spend(caller, points, self.clock.now())
            .map_err(|wait| {
                bill.wait.get_or_insert(wait);
                query_error::throttled(wait)
            })
    }

    /// The cost of a query, and its cost together with the queries before it in the batch.
    fn weigh(
        &self,
        request: &Request,
        bill: &Bill,
    ) -> Result<(Cost, Cost, Arc<ExecutableDocument>), ServerError> {
        let document = self.documents.read(&request.query)?;
        let cost = cost::cost(&document, &request.variables)?;
        let total = bill.cost.and(cost)?;
        Ok((cost, total, document))
    }
}

fn too_late(deadline: Duration) -> String {
    format!(
        "the request took longer than {} s, and was stopped; ask for less at a time, and check whether a change was made \
         before you send it again",
        deadline.as_secs()
    )
}
