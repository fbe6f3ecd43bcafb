//! The OAuth endpoints, compared with the bare endpoint.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::Plan;
use crate::application::{Application, code_in, tokens_in};
use crate::client::{Answer, HttpRequest, get};
use crate::load::{self, CONNECTIONS, LoadClient, Repeat, Summary};
use crate::memory::megabytes;
use crate::person::Person;
use crate::process::Server;
use crate::series::{self, Series};

/// The requested scopes.
const SCOPES: &str = "read:userinfo read:posts";

/// Requests codes.
struct Authorizing(HttpRequest);

impl LoadClient for Authorizing {
    fn next(&mut self) -> Option<HttpRequest> {
        Some(self.0.clone())
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        code_in(answer).map(drop)
    }
}

/// Signs in to one application repeatedly: gets a code and exchanges it. The number of unused codes per member and
/// application is limited, so none are created in advance.
struct SigningIn {
    application: std::sync::Arc<Application>,
    request: HttpRequest,
    code: Option<String>,
    exchanging: bool,
    refresh_token: Option<String>,
    access_token: Option<String>,
}

impl LoadClient for SigningIn {
    fn next(&mut self) -> Option<HttpRequest> {
        let code = self.code.take();
        self.exchanging = code.is_some();
        Some(code.map_or_else(|| self.request.clone(), |code| self.application.redeem(&code)))
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        if !self.exchanging {
            self.code = Some(code_in(answer)?);
            return Ok(());
        }
        let tokens = tokens_in(answer)?;
        self.refresh_token = tokens["refresh_token"].as_str().map(str::to_owned);
        self.access_token = tokens["access_token"].as_str().map(str::to_owned);
        Ok(())
    }
}

/// Rotates one refresh token repeatedly.
struct Rotating {
    application: std::sync::Arc<Application>,
    token: String,
}

impl LoadClient for Rotating {
    fn next(&mut self) -> Option<HttpRequest> {
        Some(self.application.refresh(&self.token))
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        let tokens = tokens_in(answer)?;
        let token = tokens["refresh_token"].as_str().context("no refresh token")?;
        ensure!(token != self.token, "the refresh token was not rotated");
        token.clone_into(&mut self.token);
        Ok(())
    }
}

/// Measures and prints.
pub(crate) async fn measure(plan: Plan) -> Result<()> {
    let bare = Server::bare()?;
    let data = tempfile::tempdir()?;
    let server = Server::latchkey(data.path()).await?;
    let applications = (0..CONNECTIONS)
        .map(|_| Application::register(data.path(), SCOPES).map(std::sync::Arc::new))
        .collect::<Result<Vec<_>>>()?;
    let person = Person::host(server.address).await?;
    let duration = Duration::from_secs(plan.seconds);
    let mut all: BTreeMap<&str, Series> = BTreeMap::new();
    let mut memory = 0;

    for _ in 0..plan.rounds {
        let (summary, _) = load::run(&bare, vec![Repeat(get("/", &[])); CONNECTIONS], duration).await?;
        let bare_rate = summary.rate;
        let mut note = |what: &'static str, summary: &Summary| -> Result<()> {
            all.entry(what).or_default().add(summary, bare_rate);
            memory = memory.max(server.memory()?);
            Ok(())
        };
        note("1. bare axum endpoint", &summary)?;

        let requests = applications
            .iter()
            .map(|application| Authorizing(application.authorize(&person, SCOPES)));
        let (summary, _) = load::run(&server, requests.collect(), duration).await?;
        note("6. authorizations, remembered (durable)", &summary)?;

        let clients = applications.iter().map(|application| SigningIn {
            application: application.clone(),
            request: application.authorize(&person, SCOPES),
            code: None,
            exchanging: false,
            refresh_token: None,
            access_token: None,
        });
        let (summary, signed_in) = load::run(&server, clients.collect(), duration).await?;
        note("5. authorizations and code exchanges in turn (durable)", &summary)?;

        let first = signed_in.iter().find(|client| client.access_token.is_some());
        let (application, access_token) = first
            .and_then(|client| Some((client.application.clone(), client.access_token.clone()?)))
            .context("no access token")?;
        let rotating = signed_in
            .into_iter()
            .filter_map(|client| {
                Some(Rotating {
                    application: client.application,
                    token: client.refresh_token?,
                })
            })
            .collect();
        let request = application.post("/oauth/introspect", &[("token", &access_token)]);
        let (summary, _) = load::run(&server, vec![Repeat(request); CONNECTIONS], duration).await?;
        note("2. introspections", &summary)?;

        let request = get(
            "/oauth/userinfo",
            &[("authorization", &format!("Bearer {access_token}"))],
        );
        let (summary, _) = load::run(&server, vec![Repeat(request); CONNECTIONS], duration).await?;
        note("3. userinfo", &summary)?;

        let (summary, _) = load::run(&server, rotating, duration).await?;
        note("4. refresh rotations (durable)", &summary)?;
    }
    println!("\n## OAuth at {CONNECTIONS} connections, medians of the rounds\n");
    series::print(&all);
    println!("\nMemory under this load, at most: {:.1} MB.", megabytes(memory));
    Ok(())
}
