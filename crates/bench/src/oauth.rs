//! The OAuth endpoints, compared with the bare endpoint.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::Plan;
use crate::application::{Application, Tokens, code_in, tokens_in, userinfo};
use crate::client::{Answer, HttpRequest, get};
use crate::load::{self, CONNECTIONS, LoadClient, Repeat, Rotating, Summary};
use crate::memory::megabytes;
use crate::person::Person;
use crate::process::{Server, Setup};
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
    application: Arc<Application>,
    request: HttpRequest,
    code: Option<String>,
    exchanging: bool,
    tokens: Option<Tokens>,
}

impl LoadClient for SigningIn {
    fn next(&mut self) -> Option<HttpRequest> {
        let code = self.code.take();
        self.exchanging = code.is_some();
        Some(code.map_or_else(|| self.request.clone(), |code| self.application.redeem(&code)))
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        if self.exchanging {
            self.tokens = Some(tokens_in(answer)?);
        } else {
            self.code = Some(code_in(answer)?);
        }
        Ok(())
    }
}

/// Measures and prints.
pub(crate) async fn measure(plan: Plan) -> Result<()> {
    let bare = Server::bare()?;
    let data = tempfile::tempdir()?;
    let setup = Setup::on(data.path());
    let server = Server::start(&setup).await?;
    let applications = (0..CONNECTIONS)
        .map(|_| Application::register(&setup, SCOPES).map(Arc::new))
        .collect::<Result<Vec<_>>>()?;
    let cookie = Person::host(server.address).await?.cookie;
    let duration = Duration::from_secs(plan.seconds);
    let mut all: BTreeMap<&str, Series> = BTreeMap::new();
    let mut memory = 0;
    let mut note = |what, summary: Summary| -> Result<()> {
        all.entry(what).or_default().0.push(summary);
        memory = memory.max(server.memory()?);
        Ok(())
    };

    for _ in 0..plan.rounds {
        let (summary, _) = load::run(&bare, vec![Repeat(get("/", &[])); CONNECTIONS], duration).await?;
        note("1. bare axum endpoint", summary)?;

        let requests = applications
            .iter()
            .map(|application| Authorizing(application.authorize(&cookie, SCOPES)));
        let (summary, _) = load::run(&server, requests.collect(), duration).await?;
        note("6. authorizations, remembered (durable)", summary)?;

        let clients = applications.iter().map(|application| SigningIn {
            application: application.clone(),
            request: application.authorize(&cookie, SCOPES),
            code: None,
            exchanging: false,
            tokens: None,
        });
        let (summary, signed_in) = load::run(&server, clients.collect(), duration).await?;
        note("5. authorizations and code exchanges in turn (durable)", summary)?;

        let granted: Vec<_> = signed_in
            .into_iter()
            .filter_map(|client| Some((client.application, client.tokens?)))
            .collect();
        let (application, tokens) = granted.first().context("no access token")?;
        let request = application.introspect(&tokens.access);
        let (summary, _) = load::run(&server, vec![Repeat(request); CONNECTIONS], duration).await?;
        note("2. introspections", summary)?;

        let request = userinfo(&tokens.access);
        let (summary, _) = load::run(&server, vec![Repeat(request); CONNECTIONS], duration).await?;
        note("3. userinfo", summary)?;

        let rotating = granted.into_iter().map(|(application, tokens)| Rotating {
            application,
            tokens: vec![tokens],
            at: 0,
        });
        let (summary, _) = load::run(&server, rotating.collect(), duration).await?;
        note("4. refresh rotations (durable)", summary)?;
    }
    println!("\n## OAuth at {CONNECTIONS} connections, medians of the rounds\n");
    series::print(&all);
    println!("\nMemory under this load, at most: {:.1} MB.", megabytes(memory));
    Ok(())
}
