//! A person in a browser, as far as the measurements need one.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use http::header::SET_COOKIE;

use crate::client::{Connection, HttpRequest, post, post_json};

/// The password of the demonstration's members.
pub(crate) const PASSWORD: &str = "latchkey-demo";

/// A call of a page's function, with this session cookie.
pub(crate) fn call(cookie: &str, function: &str, arguments: &serde_json::Value) -> HttpRequest {
    let path = format!("/api/{function}");
    post_json(
        &path,
        &[("cookie", cookie), ("sec-fetch-site", "same-origin")],
        arguments,
    )
}

/// A signed-in person.
pub(crate) struct Person {
    pub(crate) connection: Connection,
    /// The session cookie.
    pub(crate) cookie: String,
}

impl Person {
    /// The demonstration's host.
    pub(crate) async fn host(address: SocketAddr) -> Result<Self> {
        Self::sign_in(address, "host@demo.example").await
    }

    /// The demonstration's member.
    pub(crate) async fn member(address: SocketAddr) -> Result<Self> {
        Self::sign_in(address, "member@demo.example").await
    }

    /// Signs in with this email and the [`PASSWORD`].
    pub(crate) async fn sign_in(address: SocketAddr, email: &str) -> Result<Self> {
        let mut connection = Connection::open(address).await?;
        let form = [("email", email), ("password", PASSWORD)];
        let answer = connection.send(post("/sign-in", &form)).await?;
        let cookie = answer
            .headers()
            .get(SET_COOKIE)
            .and_then(|cookie| cookie.to_str().ok()?.split(';').next())
            .with_context(|| format!("nobody could sign in: {}", answer.status()))?
            .to_owned();
        Ok(Self { connection, cookie })
    }
}
