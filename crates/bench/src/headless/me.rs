//! The smallest query, compared with the bare endpoint.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::api::Api;
use crate::Plan;
use crate::client::get;
use crate::load::{self, CONNECTIONS, Repeat};
use crate::process::Server;
use crate::series::{self, Series};

/// Measures and prints.
pub(super) async fn measure(plan: Plan, server: &Server, api: &Api) -> Result<()> {
    let bare = Server::bare()?;
    let duration = Duration::from_secs(plan.seconds);
    let mut all: BTreeMap<&str, Series> = BTreeMap::new();
    let query = "{ me { id name } }";
    api.time(query, &json!({}), 1).await?;
    for _ in 0..plan.rounds {
        for (what, server, request) in [
            ("1. bare axum endpoint", &bare, get("/", &[])),
            ("2. `{ me { id name } }`", server, api.query(query, &json!({}))),
        ] {
            let (summary, _) = load::run(server, vec![Repeat(request); CONNECTIONS], duration).await?;
            all.entry(what).or_default().0.push(summary);
        }
    }
    println!(
        "\n## The Headless API at {CONNECTIONS} connections, medians of the rounds (goal: 0.40 of the bare endpoint)\n"
    );
    series::print(&all);
    Ok(())
}
