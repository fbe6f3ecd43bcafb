//! The OAuth endpoints, beside the bare endpoint.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::Value;

use crate::Plan;
use crate::client::{Answer, Ask, get, post};
use crate::load::{self, Asker, CONNECTIONS, Repeat, Summary};
use crate::memory::megabytes;
use crate::person::Person;
use crate::process::{Server, create_application};
use crate::statistics::median;

const REDIRECT_URI: &str = "https://myapp.com/oauth/callback";
/// The verifier and challenge of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// How many codes are redeemed in a second of measuring, at most.
const CODES_A_SECOND: usize = 4_000;

/// An application that the person lets in without being asked.
struct Application {
    client_id: String,
    client_secret: String,
}

impl Application {
    fn register(data: &Path) -> Result<Self> {
        let made = create_application(
            data,
            &[
                "--name",
                "Bench",
                "--redirect-uri",
                REDIRECT_URI,
                "--scope",
                "read:userinfo",
                "--scope",
                "read:posts",
                "--skip-consent",
            ],
        )?;
        let text = |name: &str| {
            made[name]
                .as_str()
                .map(str::to_owned)
                .context("app create says too little")
        };
        Ok(Self {
            client_id: text("client_id")?,
            client_secret: text("client_secret")?,
        })
    }

    /// A POST in which the application says who it is.
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Ask {
        let mut all = vec![
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.as_str()),
        ];
        all.extend_from_slice(fields);
        post(path, &[], &all)
    }

    fn authorize(&self, person: &Person) -> Ask {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", &self.client_id),
                ("redirect_uri", REDIRECT_URI),
                ("scope", "read:userinfo read:posts"),
                ("state", "af0ifjsldkj"),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        get(
            &format!("/oauth/authorize?{query}"),
            &[("cookie", &person.cookie)],
        )
    }

    fn redeem(&self, code: &str) -> Ask {
        self.post(
            "/oauth/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", REDIRECT_URI),
                ("code_verifier", VERIFIER),
            ],
        )
    }

    fn refresh(&self, token: &str) -> Ask {
        self.post(
            "/oauth/token",
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
        )
    }
}

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

fn code_in(answer: &Answer) -> Result<String> {
    let location = answer
        .headers()
        .get(LOCATION)
        .and_then(|location| location.to_str().ok())
        .with_context(|| format!("authorize answered {}", answer.status()))?;
    let query = location.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "code")
        .map(|(_, code)| code.into_owned())
        .with_context(|| format!("no code in {location}"))
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

fn tokens_in(answer: &Answer) -> Result<Value> {
    ensure!(
        answer.status() == StatusCode::OK,
        "the token endpoint answered {}: {}",
        answer.status(),
        String::from_utf8_lossy(answer.body())
    );
    Ok(serde_json::from_slice(answer.body())?)
}

/// The figures of all rounds of one thing.
#[derive(Default)]
struct Series {
    rates: Vec<f64>,
    ratios: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Series {
    fn add(&mut self, summary: &Summary, bare: f64) {
        self.rates.push(summary.rate);
        self.ratios.push(summary.rate / bare);
        self.p50.push(summary.p50);
        self.p99.push(summary.p99);
    }
}

/// Measures and prints.
pub(crate) async fn measure(plan: Plan) -> Result<()> {
    let bare = Server::bare()?;
    let data = tempfile::tempdir()?;
    let server = Server::latchkey(data.path()).await?;
    let application = std::sync::Arc::new(Application::register(data.path())?);
    let person = Person::host(server.address).await?;
    let duration = Duration::from_secs(plan.seconds);
    let mut all: BTreeMap<&str, Series> = BTreeMap::new();
    let mut memory = 0;

    for _ in 0..plan.rounds {
        let (summary, _) =
            load::run(bare.address, vec![Repeat(get("/", &[])); CONNECTIONS], duration).await?;
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
                ask: application.authorize(&person),
                codes: Vec::new(),
                wanted,
            })
            .collect();
        let (summary, askers) = load::run(server.address, askers, Duration::from_secs(60)).await?;
        note("6. authorizations, remembered (durable)", &summary)?;

        let redeeming = askers
            .into_iter()
            .map(|asker| Redeeming {
                asks: asker.codes.iter().map(|code| application.redeem(code)).collect(),
                refresh_token: None,
                access_token: None,
            })
            .collect();
        let (summary, redeemed) = load::run(server.address, redeeming, Duration::from_secs(60)).await?;
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
        let (summary, _) = load::run(server.address, vec![Repeat(ask); CONNECTIONS], duration).await?;
        note("2. introspections", &summary)?;

        let ask = get(
            "/oauth/userinfo",
            &[("authorization", &format!("Bearer {access_token}"))],
        );
        let (summary, _) = load::run(server.address, vec![Repeat(ask); CONNECTIONS], duration).await?;
        note("3. userinfo", &summary)?;

        let (summary, _) = load::run(server.address, rotating, duration).await?;
        note("4. refresh rotations (durable)", &summary)?;
    }
    print(&all, memory);
    Ok(())
}

fn print(all: &BTreeMap<&str, Series>, memory: u64) {
    println!("\n## OAuth at {CONNECTIONS} connections, medians of the rounds\n");
    println!("| what | a second | of the bare endpoint | p50 ms | p99 ms |\n|---|---|---|---|---|");
    for (what, series) in all {
        println!(
            "| {what} | {:.0} | {:.2} | {:.2} | {:.2} |",
            median(&series.rates),
            median(&series.ratios),
            median(&series.p50),
            median(&series.p99)
        );
    }
    println!("\nMemory under this load, at most: {:.1} MB.", megabytes(memory));
}
