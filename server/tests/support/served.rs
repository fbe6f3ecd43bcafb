//! OAuth against the real binary: registers at its command line and talks to it over HTTP.

use reqwest::Method;
use serde_json::Value;

use super::oauth::{Client, Form};
use super::{Answer, Binary, Browser, Server};

impl Binary {
    /// Registers a confidential application at `https://myapp.com/oauth/callback`.
    pub(crate) fn register(&self) -> Client {
        let redirect_uri = "https://myapp.com/oauth/callback";
        let created = self.create_app("Racer", redirect_uri, &["read:posts", "write:posts"]);
        Client {
            id: created["client_id"].as_str().unwrap().to_owned(),
            secret: created["client_secret"].as_str().map(str::to_owned),
            redirect_uri: redirect_uri.to_owned(),
        }
    }
}

impl Server {
    /// A browser with the demonstration's member signed in.
    pub(crate) async fn as_member(&self) -> Browser {
        let browser = self.browser();
        browser
            .sign_in("member@demo.example", "latchkey-demo")
            .await
            .assert_redirect("/");
        browser
    }

    /// Sends a form as a program does.
    pub(crate) async fn send_form(&self, path: &str, form: &Form) -> Answer {
        let program = self.browser();
        program.send(program.bare(Method::POST, path).form(form)).await
    }

    /// Userinfo's status for an access token.
    pub(crate) async fn userinfo(&self, tokens: &Value) -> u16 {
        let program = self.browser();
        let token = tokens["access_token"].as_str().unwrap();
        let request = program.bare(Method::GET, "/oauth/userinfo").bearer_auth(token);
        program.send(request).await.status.as_u16()
    }

    /// Uses the refresh token of a pair.
    pub(crate) async fn refresh(&self, client: &Client, tokens: &Value) -> Answer {
        let token = tokens["refresh_token"].as_str().unwrap();
        self.send_form("/oauth/token", &client.refreshes(token)).await
    }

    /// The whole flow: the person allows the application, and it gets its first pair of tokens.
    pub(crate) async fn connect(&self, client: &Client, person: &Browser) -> Value {
        let code = person.lets_in(client, &[]).await;
        self.send_form("/oauth/token", &client.exchanges(&code, &[]))
            .await
            .assert_status(200)
            .json()
    }

    /// Stops it as a power cut would: nothing more is written.
    pub(crate) fn kill(mut self) {
        self.send("-KILL");
        self.wait();
    }
}
