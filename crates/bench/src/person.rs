//! A person in a browser, as far as the measurements need one.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use http::header::SET_COOKIE;

use crate::client::{Connection, HttpRequest, ensure_ok, post, post_json};

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

/// The call that registers an application.
pub(crate) fn register(cookie: &str, name: &str, skip_consent: bool) -> HttpRequest {
    let draft = serde_json::json!({ "draft": {
        "name": name,
        "redirect_uris": crate::application::REDIRECT_URI,
        "scopes": ["read:userinfo", "read:posts", "write:posts"],
        "confidential": true,
        "skip_consent": skip_consent,
    }});
    call(cookie, "applications/create", &draft)
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

    /// Registers an application on the page.
    pub(crate) async fn register(&mut self, name: &str) -> Result<()> {
        let request = register(&self.cookie, name, false);
        ensure_ok(
            "registering an application",
            &self.connection.send(request).await?,
        )
    }
}
