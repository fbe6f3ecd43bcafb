//! The OAuth endpoints, compared with the bare endpoint.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::Plan;
use crate::application::{Application, Tokens, code_in, tokens_in, userinfo};
use crate::client::{Answer, HttpRequest, get};
use crate::endure::database::{Database, Kind};
use crate::load::{self, CONNECTIONS, LoadClient, Repeat, Rotating, Summary};
use crate::memory::megabytes;
use crate::person::Person;
use crate::process::{Server, Setup};
use crate::series::{self, Series};

/// The requested scopes.
const SCOPES: &str = "read:userinfo read:posts";

/// Those of an application that signs people in.
const SIGN_IN: &str = "openid profile email";

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Endpoints {
    #[arg(long, default_value = "sqlite")]
    database: Kind,
    /// Nothing of OpenID Connect, for a binary that has none
    #[arg(long)]
    plain: bool,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self {
            database: Kind::Sqlite,
            plain: false,
        }
    }
}

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

impl SigningIn {
    fn new(application: &Arc<Application>, cookie: &str, scopes: &str) -> Self {
        Self {
            application: Arc::clone(application),
            request: application.authorize(cookie, scopes),
            code: None,
            exchanging: false,
            tokens: None,
        }
    }
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
pub(crate) async fn measure(endpoints: Endpoints, plan: Plan) -> Result<()> {
    let bare = Server::bare()?;
    let data = tempfile::tempdir()?;
    let cluster = endpoints.database.cluster()?;
    let (_database, url) = Database::create(data.path(), cluster.as_ref(), "oauth")?;
    let setup = Setup {
        database: url,
        ..Setup::on(data.path())
    };
    let server = Server::start(&setup).await?;
    let register = |scopes| {
        let some = (0..CONNECTIONS).map(|_| Application::register(&setup, scopes).map(Arc::new));
        some.collect::<Result<Vec<_>>>()
    };
    let applications = register(SCOPES)?;
    let relying_parties = if endpoints.plain {
        Vec::new()
    } else {
        register(SIGN_IN)?
    };
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

        let clients = applications
            .iter()
            .map(|application| SigningIn::new(application, &cookie, SCOPES));
        let (summary, signed_in) = load::run(&server, clients.collect(), duration).await?;
        note("5. authorizations and code exchanges in turn (durable)", summary)?;

        if !relying_parties.is_empty() {
            let clients = relying_parties
                .iter()
                .map(|application| SigningIn::new(application, &cookie, SIGN_IN));
            let (summary, _) = load::run(&server, clients.collect(), duration).await?;
            note("7. the same with an ID token (durable)", summary)?;
        }

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
    println!(
        "\n## OAuth on {} at {CONNECTIONS} connections, medians of the rounds\n",
        endpoints.database
    );
    series::print(&all);
    println!("\nMemory under this load, at most: {:.1} MB.", megabytes(memory));
    Ok(())
}
