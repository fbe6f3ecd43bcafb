//! The real router over a real database, with its own folder and port.

use std::sync::Arc;
use std::time::Duration;

use latchkey_accounts::NewMember;
use latchkey_domain::member::NewPassword;
use latchkey_domain::{Actor, ApplicationDraft, Clock as _, Member, MemberName, Role};
use latchkey_headless::Budget;
use latchkey_mail::Mailing;
use latchkey_oauth::Lifetimes;
use latchkey_outgoing::Outgoing;
use latchkey_registration::{Caller, Registered};
use latchkey_server::connections::{Bounds, Capacity, Timeouts, serve};
use latchkey_server::http::{AppState, Site, router};
use latchkey_server::instance::{Cost, Instance, Keys};
use latchkey_server::metrics::render;
use latchkey_server::settings::{PublicUrl, TrustedProxies};
use latchkey_server::system::{SystemClock, SystemRandomness};
use latchkey_storage::Store;
use latchkey_storage_sql::sqlite::SqliteStore;
use latchkey_testing::hand::HandClock;
use rust_embed::RustEmbed;
use tempfile::TempDir;

use super::metrics::Scrape;
use super::{Browser, PASSWORD};

/// The files that pages load, as in the binary.
#[derive(RustEmbed)]
#[folder = "../target/site"]
struct Files;

// Makes the compiler check them again after each build of the site.
const _: &str = include_str!("../../../target/site/manifest.json");

pub(crate) struct TestApp {
    pub(crate) instance: Instance,
    pub(crate) url: String,
    /// The origin that browsers know, if it is not the actual address.
    origin: Option<String>,
    clock: Arc<HandClock>,
    state: AppState,
    folder: Option<TempDir>,
}

/// How the server of a test differs from the usual one.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) public_url: Option<PublicUrl>,
    /// Per minute, for an application at the Headless API.
    pub(crate) budget: Budget,
    /// Of codes and tokens.
    pub(crate) lifetimes: Lifetimes,
    /// For clients.
    pub(crate) timeouts: Timeouts,
}

impl TestApp {
    /// A network before setup.
    pub(crate) async fn empty() -> Self {
        Self::unpeopled(Options::default()).await
    }

    /// A network with the host `host@example.com` and the member `member@example.com`.
    pub(crate) async fn new() -> Self {
        Self::peopled(Options::default()).await
    }

    /// The same, with these lifetimes for codes and tokens.
    pub(crate) async fn with_lifetimes(lifetimes: Lifetimes) -> Self {
        Self::peopled(Options {
            lifetimes,
            ..Options::default()
        })
        .await
    }

    /// The same behind a proxy with HTTPS.
    pub(crate) async fn behind_https() -> Self {
        Self::at_url("https://oauth.example.org").await
    }

    /// The same, with `url` as the public URL.
    pub(crate) async fn at_url(url: &str) -> Self {
        Self::peopled(Options {
            public_url: Some(url.parse().unwrap()),
            ..Options::default()
        })
        .await
    }

    /// The same, with this budget per minute for an application at the Headless API.
    pub(crate) async fn with_api_budget(points: u64) -> Self {
        Self::peopled(Options {
            budget: Budget::new(points).unwrap(),
            ..Options::default()
        })
        .await
    }

    /// The same, with these timeouts for clients.
    pub(crate) async fn with_timeouts(timeouts: Timeouts) -> Self {
        Self::peopled(Options {
            timeouts,
            ..Options::default()
        })
        .await
    }

    /// The same, with these options.
    pub(crate) async fn peopled(options: Options) -> Self {
        let app = Self::unpeopled(options).await;
        app.member("host@example.com", Role::Host).await;
        app.member("member@example.com", Role::Member).await;
        app
    }

    /// Begins at the system's time, so that recorded times look realistic.
    async fn unpeopled(options: Options) -> Self {
        let clock = HandClock::at(SystemClock.now());
        Self::open(tempfile::tempdir().unwrap(), clock, options).await
    }

    /// Opens a data folder at a given time.
    pub(crate) async fn open(folder: TempDir, clock: HandClock, options: Options) -> Self {
        let store = SqliteStore::open_folder(folder.path()).unwrap();
        let keys = Keys::File(store.keychain().clone());
        let app = Self::node(Arc::new(store).shared(), keys, Arc::new(clock), options).await;
        Self {
            folder: Some(folder),
            ..app
        }
    }

    /// A node over a store that others may also have open.
    pub(crate) async fn node(
        store: Arc<dyn Store>,
        keys: Keys,
        clock: Arc<HandClock>,
        options: Options,
    ) -> Self {
        let Options {
            public_url,
            budget,
            lifetimes,
            timeouts,
        } = options;
        let randomness = Arc::new(SystemRandomness);
        let instance = Instance::new(store, keys, clock.clone(), randomness, Cost::TRIFLING);
        let instance = instance.with_lifetimes(lifetimes);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let origin = public_url.as_ref().map(|url| url.origin().to_owned());
        let public_url = public_url.unwrap_or_else(|| PublicUrl::localhost(address.port()));
        let mailing = Mailing::new(instance.store.clone(), instance.clock.clone(), None);
        let state = AppState::new(
            instance.clone(),
            Site::of::<Files>(),
            public_url,
            vec![],
            budget,
            mailing,
            // Providers of tests are on this machine.
            Outgoing::new(vec!["127.0.0.0/8".parse().unwrap()]),
        );
        let bounds = Bounds {
            capacity: Capacity::of(1_000),
            timeouts,
            trusted: TrustedProxies::default(),
        };
        let router = router(state.clone());
        tokio::spawn(async move {
            let (_running, stop) = tokio::sync::watch::channel(false);
            serve(listener, router, bounds, stop).await;
        });
        Self {
            instance,
            url: format!("http://{address}"),
            origin,
            clock,
            state,
            folder: None,
        }
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.as_ref().unwrap().path()
    }

    /// A new browser.
    pub(crate) fn browser(&self) -> Browser {
        Browser::behind(&self.url, self.origin.as_deref().unwrap_or(&self.url))
    }

    /// A browser with the host signed in.
    pub(crate) async fn as_host(&self) -> Browser {
        self.signed_in("host@example.com").await
    }

    /// A browser with the member signed in.
    pub(crate) async fn as_member(&self) -> Browser {
        self.signed_in("member@example.com").await
    }

    pub(crate) async fn signed_in(&self, email: &str) -> Browser {
        let browser = self.browser();
        browser.sign_in(email, PASSWORD).await.assert_redirect("/");
        browser
    }

    /// Adds a member whose password is [`PASSWORD`].
    pub(crate) async fn member(&self, email: &str, role: Role) -> Member {
        let new = NewMember {
            email: email.parse().unwrap(),
            name: MemberName::parse("Ada Lovelace").unwrap(),
            role,
            password: Some(NewPassword::new(PASSWORD.to_owned()).unwrap()),
        };
        self.instance.roster.add(new, &Actor::operator()).await.unwrap()
    }

    pub(crate) async fn application(&self, name: &str) -> Registered {
        let draft = ApplicationDraft {
            name: name.to_owned(),
            redirect_uris: "https://myapp.com/oauth/callback".into(),
            scopes: vec!["read:posts".into()],
            ..ApplicationDraft::default()
        };
        self.instance
            .registrar
            .create(&Caller::operator(), &draft)
            .await
            .unwrap()
    }

    pub(crate) async fn setup_link(&self) -> String {
        format!("/setup?token={}", self.instance.setup.token().await.unwrap())
    }

    /// The server's issuer: its public URL.
    pub(crate) fn issuer(&self) -> String {
        self.url.replace("127.0.0.1", "localhost")
    }

    /// What it counted until now, but for the database.
    pub(crate) fn metrics(&self) -> Scrape {
        let state = &self.state;
        Scrape(render(
            &state.metrics,
            state.oauth.counters(),
            None,
            state.started,
        ))
    }

    pub(crate) fn wait(&self, by: Duration) {
        self.clock.advance(by);
    }
}
