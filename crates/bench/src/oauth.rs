//! The OAuth endpoints, beside the bare endpoint.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::Plan;
use crate::application::{Application, code_in, tokens_in};
use crate::client::{Answer, Ask, get};
use crate::load::{self, Asker, CONNECTIONS, Repeat, Summary};
use crate::memory::megabytes;
use crate::person::Person;
use crate::process::Server;
use crate::series::{self, Series};

/// How many codes are redeemed in a second of measuring, at most.
const CODES_A_SECOND: usize = 4_000;

/// What is asked for.
const SCOPES: &str = "read:userinfo read:posts";

/// Gets codes.
struct Authorizing {
    ask: Ask,
    codes: Vec<String>,
    wanted: usize,
}

impl Asker for Authorizing {
    fn next(&mut self) -> Option<Ask> {
        (self.codes.len() < self.wanted).then(|| self.ask.clone())
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        self.codes.push(code_in(answer)?);
        Ok(())
    }
}

/// Redeems codes that are there already.
struct Redeeming {
    asks: Vec<Ask>,
    refresh_token: Option<String>,
    access_token: Option<String>,
}

impl Asker for Redeeming {
    fn next(&mut self) -> Option<Ask> {
        self.asks.pop()
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        let tokens = tokens_in(answer)?;
        self.refresh_token = tokens["refresh_token"].as_str().map(str::to_owned);
        self.access_token = tokens["access_token"].as_str().map(str::to_owned);
        Ok(())
    }
}

/// Rotates one refresh token again and again.
struct Rotating {
    application: std::sync::Arc<Application>,
    token: String,
}

impl Asker for Rotating {
    fn next(&mut self) -> Option<Ask> {
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
    let application = std::sync::Arc::new(Application::register(data.path(), SCOPES)?);
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

        // Codes are made first: redeeming them is what is measured.
        let wanted = usize::try_from(plan.seconds)? * CODES_A_SECOND / CONNECTIONS;
        let askers = (0..CONNECTIONS)
            .map(|_| Authorizing {
                ask: application.authorize(&person, SCOPES),
                codes: Vec::new(),
                wanted,
            })
            .collect();
        let (summary, askers) = load::run(&server, askers, Duration::from_secs(60)).await?;
        note("6. authorizations, remembered (durable)", &summary)?;

        let redeeming = askers
            .into_iter()
            .map(|asker| Redeeming {
                asks: asker.codes.iter().map(|code| application.redeem(code)).collect(),
                refresh_token: None,
                access_token: None,
            })
            .collect();
        let (summary, redeemed) = load::run(&server, redeeming, Duration::from_secs(60)).await?;
        note("5. code exchanges (durable)", &summary)?;

        let access_token = redeemed[0].access_token.clone().context("no access token")?;
        let rotating = redeemed
            .into_iter()
            .filter_map(|asker| asker.refresh_token)
            .map(|token| Rotating {
                application: application.clone(),
                token,
            })
            .collect();
        let ask = application.post("/oauth/introspect", &[("token", &access_token)]);
        let (summary, _) = load::run(&server, vec![Repeat(ask); CONNECTIONS], duration).await?;
        note("2. introspections", &summary)?;

        let ask = get(
            "/oauth/userinfo",
            &[("authorization", &format!("Bearer {access_token}"))],
        );
        let (summary, _) = load::run(&server, vec![Repeat(ask); CONNECTIONS], duration).await?;
        note("3. userinfo", &summary)?;

        let (summary, _) = load::run(&server, rotating, duration).await?;
        note("4. refresh rotations (durable)", &summary)?;
    }
    println!("\n## OAuth at {CONNECTIONS} connections, medians of the rounds\n");
    series::print(&all);
    println!("\nMemory under this load, at most: {:.1} MB.", megabytes(memory));
    Ok(())
}
