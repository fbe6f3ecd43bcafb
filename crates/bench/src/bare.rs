//! The baseline: a minimal axum server on the same runtime as Latchkey.

use anyhow::Result;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

/// Serves one JSON document on a free port and prints the address.
pub(crate) fn serve() -> Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            println!("{}", listener.local_addr()?);
            axum::serve(listener, Router::new().route("/", get(answer))).await?;
            Ok(())
        })
}

async fn answer() -> Json<Value> {
    Json(json!({ "active": true, "scope": "read:userinfo read:posts", "sub": "42", "exp": 1_800_000_000 }))
}
