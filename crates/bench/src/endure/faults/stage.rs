//! A server with a grant in use, to break.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use serde_json::Value;
use tempfile::TempDir;

use crate::application::{Application, Tokens, ensure_active, register, tokens_in};
use crate::client::{Answer, HttpRequest, get};
use crate::endure::caller::Caller;
use crate::endure::worker::SCOPES;
use crate::person::Person;
use crate::process::{Server, Setup};

/// How long a server may take to say that it cannot start.
const PATIENCE: Duration = Duration::from_secs(20);

/// The server under test.
pub(super) struct Stage {
    pub(super) setup: Setup,
    pub(super) server: Option<Server>,
    application: Application,
    cookie: String,
    tokens: Tokens,
    /// Acknowledged registrations.
    registered: Vec<String>,
    _folder: TempDir,
}

/// The visible state of the server now.
pub(super) struct Seen {
    pub(super) read: Observed,
    pub(super) write: Observed,
    pub(super) page: Observed,
    pub(super) ready: Observed,
}

/// One answer.
pub(super) struct Observed {
    pub(super) status: StatusCode,
    message: String,
}

impl Observed {
    fn text(&self) -> String {
        format!("{} {}", self.status.as_u16(), self.message)
    }
}

impl Seen {
    /// As one line.
    pub(super) fn text(&self) -> String {
        format!(
            "refresh: {}; introspection: {}; the admin's page: {}; `/readyz`: {}",
            self.write.text(),
            self.read.text(),
            self.page.text(),
            self.ready.text()
        )
    }
}

impl Stage {
    /// A server with its own data folder.
    pub(super) async fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        fs::create_dir(&data)?;
        Self::on(folder, Setup::on(&data)).await
    }

    /// A server with another setup, whose data is in `folder`.
    pub(super) async fn on(folder: TempDir, mut setup: Setup) -> Result<Self> {
        setup.log = Some(folder.path().join("log"));
        let server = Server::start(&setup).await?;
        let application = Application::register(&setup, SCOPES)?;
        let mut host = Person::host(server.address).await?;
        let tokens = application.tokens_of(&mut host, SCOPES).await?;
        Ok(Self {
            setup,
            server: Some(server),
            application,
            cookie: host.cookie,
            tokens,
            registered: Vec::new(),
            _folder: folder,
        })
    }

    /// A file in the data folder.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.setup.data.join(name)
    }

    /// Stops the server.
    pub(super) fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }

    /// Starts it. Fails if it does not start.
    pub(super) async fn start(&mut self) -> Result<()> {
        self.server = Some(Server::start(&self.setup).await?);
        Ok(())
    }

    /// Starts it again, and checks that everything works.
    pub(super) async fn starts_well(&mut self) -> Result<()> {
        self.start().await?;
        self.is_well().await
    }

    /// Starts it. Fails if it starts; returns the line that it printed.
    pub(super) async fn fails_to_start(&mut self) -> Result<String> {
        let mut server = self.spawn()?;
        let started = Instant::now();
        let status = loop {
            if let Some(status) = server.ended()? {
                break status;
            }
            ensure!(started.elapsed() < PATIENCE, "it runs");
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        ensure!(status.code() == Some(1), "it ended with {status}");
        let log = self.log()?;
        let line = log.lines().last().context("it said nothing")?;
        ensure!(line.starts_with("latchkey: "), "it said {line}");
        Ok(format!("`{}`", self.anonymous(line)))
    }

    /// Starts it, whether or not that works.
    pub(super) fn spawn(&self) -> Result<Server> {
        if let Some(log) = &self.setup.log {
            fs::write(log, "")?;
        }
        Server::spawn(&self.setup)
    }

    /// The visible state now. It does not judge the answers, but each request must get one.
    pub(super) async fn see(&mut self) -> Result<Seen> {
        let (read, _) = self
            .observe(self.application.introspect(&self.tokens.access))
            .await?;
        let (write, answer) = self
            .observe(self.application.refresh(&self.tokens.refresh))
            .await?;
        if write.status == StatusCode::OK {
            self.tokens = tokens_in(&answer)?;
        }
        let page = get("/admin/settings/oauth-applications", &[("cookie", &self.cookie)]);
        Ok(Seen {
            read,
            write,
            page: self.observe(page).await?.0,
            ready: self.observe(get("/readyz", &[])).await?.0,
        })
    }

    async fn observe(&self, request: HttpRequest) -> Result<(Observed, Answer)> {
        let path = request.uri().path().to_owned();
        let server = self.server.as_ref().context("the server is stopped")?;
        let mut caller = Caller::new(server.address, true);
        let answer = caller.send_for_any_answer(request).await?;
        let answer = answer.with_context(|| format!("{path} was not answered: the server is gone"))?;
        let observed = Observed {
            status: answer.status(),
            message: text_of(&answer),
        };
        Ok((observed, answer))
    }

    /// Registers an application. Returns whether that was acknowledged.
    pub(super) async fn register(&mut self) -> Result<bool> {
        let name = format!("One of many {}", self.registered.len());
        let (observed, answer) = self.observe(register(&self.cookie, &name, true)).await?;
        if observed.status != StatusCode::OK {
            ensure!(
                observed.status == StatusCode::SERVICE_UNAVAILABLE,
                "{}",
                observed.text()
            );
            return Ok(false);
        }
        let saved: Value = serde_json::from_slice(answer.body())?;
        let id = saved["client_id"].as_str().context("no client id")?;
        self.registered.push(id.to_owned());
        Ok(true)
    }

    /// Checks that everything works and that everything acknowledged exists.
    pub(super) async fn is_well(&mut self) -> Result<()> {
        let (_, answer) = self
            .observe(self.application.refresh(&self.tokens.refresh))
            .await?;
        self.tokens = tokens_in(&answer).context("LOST: the newest refresh token does not rotate")?;
        let (_, answer) = self
            .observe(self.application.introspect(&self.tokens.access))
            .await?;
        ensure_active(&answer).context("LOST: the newest access token")?;
        ensure!(self.register().await?, "nothing can be registered");
        let listed = self.setup.run(&["app", "list", "--json"], "")?;
        for id in &self.registered {
            ensure!(
                listed.contains(id.as_str()),
                "LOST: application {id} was acknowledged"
            );
        }
        Ok(())
    }

    fn log(&self) -> Result<String> {
        let path = self.setup.log.as_ref().context("no log")?;
        Ok(fs::read_to_string(path)?)
    }

    /// The last error in the log, as text.
    pub(super) fn last_error(&self) -> Result<String> {
        let log = self.log()?;
        let entry = log
            .lines()
            .rev()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .find(|entry| entry["level"] == "ERROR")
            .context("the log has no error")?;
        let fields = entry.get("fields").unwrap_or(&entry);
        let message = fields["message"].as_str().unwrap_or_default();
        let error = fields["error"].as_str().unwrap_or_default();
        Ok(format!("`ERROR {}: {}`", message, self.anonymous(error)))
    }

    /// `text` without the path of this run's folder.
    fn anonymous(&self, text: &str) -> String {
        text.replace(&*self.setup.data.to_string_lossy(), "data")
    }
}

/// The text of an answer for its reader.
fn text_of(answer: &Answer) -> String {
    let body = String::from_utf8_lossy(answer.body());
    if answer.status().is_success() && body.contains("access_token") {
        return "new tokens".to_owned();
    }
    let text = if let Ok(json) = serde_json::from_slice::<Value>(answer.body()) {
        ["error_description", "database", "active"]
            .iter()
            .find_map(|name| {
                Some(match (*name, json.get(name)?) {
                    ("error_description", text) => text.to_string(),
                    (name, value) => format!("{name}: {value}"),
                })
            })
            .unwrap_or_default()
    } else {
        let between = |tag: &str| {
            let (_, rest) = body.split_once(&format!("<{tag}"))?;
            let (_, rest) = rest.split_once('>')?;
            Some(rest.split_once(&format!("</{tag}>"))?.0.to_owned())
        };
        between("h1").or_else(|| between("title")).unwrap_or_default()
    };
    text.chars().take(120).collect()
}
