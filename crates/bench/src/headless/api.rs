//! A client of the Headless API.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::client::{Answer, Connection, HttpRequest, post_json};
use crate::statistics::percentile;

/// The API for the owner of a token.
#[derive(Clone)]
pub(super) struct Api {
    address: SocketAddr,
    path: String,
    authorization: String,
}

impl Api {
    /// `network` is the output of `network show --json`.
    pub(super) fn new(address: SocketAddr, network: &Value, token: &str) -> Result<Self> {
        let slug = network["slug"].as_str().context("the network has no slug")?;
        Ok(Self {
            address,
            path: format!("/networks/{slug}/graphql"),
            authorization: format!("Bearer {token}"),
        })
    }

    /// A connection to it.
    pub(super) async fn connect(&self) -> Result<Connection> {
        Connection::open(self.address).await
    }

    /// A query with its variables.
    pub(super) fn query(&self, query: &str, variables: &Value) -> HttpRequest {
        self.request(&json!({ "query": query, "variables": variables }))
    }

    /// A request with this body.
    pub(super) fn request(&self, body: &Value) -> HttpRequest {
        post_json(&self.path, &[("authorization", &self.authorization)], body)
    }

    /// Sends the same request `times` times. Returns the response times and the data of the last answer.
    pub(super) async fn time(
        &self,
        query: &str,
        variables: &Value,
        times: usize,
    ) -> Result<(Vec<Duration>, Value)> {
        let request = self.query(query, variables);
        let mut connection = self.connect().await?;
        let mut taken = Vec::with_capacity(times);
        let mut data = Value::Null;
        for _ in 0..times {
            let started = Instant::now();
            let answer = connection.send(request.clone()).await?;
            taken.push(started.elapsed());
            data = data_in(&answer).with_context(|| query.to_owned())?;
        }
        Ok((taken, data))
    }
}

/// The data of an answer without errors.
pub(super) fn data_in(answer: &Answer) -> Result<Value> {
    let mut body: Value = serde_json::from_slice(answer.body())?;
    ensure!(
        answer.status().is_success() && body.get("errors").is_none(),
        "{}: {body}",
        answer.status()
    );
    Ok(body["data"].take())
}

/// Prints a row: name, remark, p50 and p99 in milliseconds.
pub(super) fn print_row(what: &str, about: &str, times: &mut [Duration]) {
    println!(
        "| {what} | {about} | {:.2} | {:.2} |",
        percentile(times, 50),
        percentile(times, 99)
    );
}
