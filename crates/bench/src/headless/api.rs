//! A client of the Headless API.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::client::{Answer, Connection, HttpRequest, graphql};

/// The API for the owner of a token.
pub(super) struct Api {
    pub(super) address: SocketAddr,
    pub(super) path: String,
    pub(super) token: String,
}

impl Api {
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
        graphql(&self.path, &self.token, body)
    }

    /// Sends the same request `times` times. Returns the response times and the data of the last answer.
    pub(super) async fn time(
        &self,
        query: &str,
        variables: &Value,
        times: usize,
    ) -> Result<(Vec<Duration>, Value)> {
        let mut data = Value::Null;
        let check = |answer: &_| {
            data = data_in(answer).with_context(|| query.to_owned())?;
            Ok(())
        };
        let mut connection = self.connect().await?;
        let taken = connection
            .time(&self.query(query, variables), times, check)
            .await?;
        Ok((taken, data))
    }
}

/// The data of an answer without errors.
pub(crate) fn data_in(answer: &Answer) -> Result<Value> {
    let mut body: Value = serde_json::from_slice(answer.body())?;
    ensure!(
        answer.status().is_success() && body.get("errors").is_none(),
        "{}: {body}",
        answer.status()
    );
    Ok(body["data"].take())
}
