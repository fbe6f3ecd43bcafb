//! A person in a browser, as far as the measurements need one.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use http::header::SET_COOKIE;

use crate::client::{Answer, Connection, HttpRequest, get, post, post_json};

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

/// The content of the form that registers an application.
pub(crate) fn draft(name: &str, skip_consent: bool) -> serde_json::Value {
    serde_json::json!({ "draft": {
        "name": name,
        "redirect_uris": "https://myapp.com/oauth/callback",
        "scopes": ["read:userinfo", "read:posts", "write:posts"],
        "confidential": true,
        "skip_consent": skip_consent,
    }})
}

/// A signed-in person.
pub(crate) struct Person {
    connection: Connection,
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
        let answer = connection.send(post("/sign-in", &[], &form)).await?;
        let cookie = answer
            .headers()
            .get(SET_COOKIE)
            .and_then(|cookie| cookie.to_str().ok()?.split(';').next())
            .with_context(|| format!("nobody could sign in: {}", answer.status()))?
            .to_owned();
        Ok(Self { connection, cookie })
    }

    /// Sends a prepared request.
    pub(crate) async fn send(&mut self, request: HttpRequest) -> Result<Answer> {
        self.connection.send(request).await
    }

    /// Opens a page.
    pub(crate) async fn open(&mut self, path: &str) -> Result<Answer> {
        let request = get(path, &[("cookie", &self.cookie)]);
        self.send(request).await
    }

    /// A call of a page's function.
    pub(crate) fn call(&self, function: &str, arguments: &serde_json::Value) -> HttpRequest {
        call(&self.cookie, function, arguments)
    }

    /// Registers an application on the page.
    pub(crate) async fn register(&mut self, name: &str) -> Result<()> {
        let draft = draft(name, false);
        let request = self.call("applications/create", &draft);
        let answer = self.send(request).await?;
        ensure!(
            answer.status().is_success(),
            "an application could not be registered: {} {}",
            answer.status(),
            String::from_utf8_lossy(answer.body())
        );
        Ok(())
    }
}
