//! Who is looking at the page, and which network it is.

use latchkey_domain::Plan;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::Refusal;

/// What every page of the admin shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Viewer {
    /// The name of who is signed in.
    pub name: String,
    /// The network's name.
    pub network: String,
    /// The network's plan.
    pub plan: Plan,
}

/// Who is signed in, and the network.
#[server(prefix = "/api", endpoint = "viewer", input = Json)]
pub async fn current_viewer() -> Result<Viewer, Refusal> {
    let viewer = expect_context::<crate::request::Request>().viewer;
    super::reply::as_member(async |registrar, _| {
        let network = registrar.network().await?;
        Ok(Viewer {
            name: viewer.map(|viewer| viewer.name.to_string()).unwrap_or_default(),
            network: network.name.to_string(),
            plan: network.plan,
        })
    })
    .await
}
