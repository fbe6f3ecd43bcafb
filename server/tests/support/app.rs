//! The real router over a real database, with its own folder and port.

use std::sync::Arc;
use std::time::Duration;

use latchkey_accounts::NewMember;
use latchkey_domain::member::NewPassword;
use latchkey_domain::{Actor, ApplicationDraft, Member, MemberName, Role};
use latchkey_headless::Budget;
use latchkey_mail::Mailing;
use latchkey_oauth::Lifetimes;
use latchkey_outgoing::Outgoing;
use latchkey_registration::{Caller, Registered};
use latchkey_server::connections::{Bounds, Capacity, Timeouts, serve};
use latchkey_server::http::{AppState, Site, router};
use latchkey_server::instance::{Cost, Instance, Keys};
use latchkey_server::settings::{PublicUrl, TrustedProxies};
use latchkey_server::system::SystemRandomness;
use latchkey_storage::Store;
use latchkey_storage_sql::sqlite::SqliteStore;
use rust_embed::RustEmbed;
use tempfile::TempDir;

use super::clock::HandClock;
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
    folder: Option<TempDir>,
}

impl TestApp {
    /// A network before setup.
    pub(crate) async fn empty() -> Self {
        Self::at(None, Budget::default()).await
    }

    /// A network with the host `host@example.com` and the member `member@example.com`.
    pub(crate) async fn new() -> Self {
        let app = Self::empty().await;
        app.member("host@example.com", Role::Host).await;
        app.member("member@example.com", Role::Member).await;
        app
    }

    /// The same, with these lifetimes for codes and tokens.
    pub(crate) async fn with_lifetimes(lifetimes: Lifetimes) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open_folder(folder.path()).unwrap();
        let keys = Keys::File(store.keychain().clone());
        let clock = Arc::new(HandClock::new());
        let instance = instance(Arc::new(store).shared(), keys, &clock).with_lifetimes(lifetimes);
        let app = Self {
            folder: Some(folder),
            ..Self::serving(instance, clock, None, Budget::default()).await
        };
        app.member("host@example.com", Role::Host).await;
        app.member("member@example.com", Role::Member).await;
        app
    }

    /// The same behind a proxy with HTTPS.
    pub(crate) async fn behind_https() -> Self {
        Self::at_url("https://oauth.example.org").await
    }

    /// The same, with `url` as the public URL.
    pub(crate) async fn at_url(url: &str) -> Self {
        let app = Self::at(Some(url.parse().unwrap()), Budget::default()).await;
        app.member("host@example.com", Role::Host).await;
        app
    }

    /// The same as [`Self::new`], with this budget per minute for an application at the Headless API.
    pub(crate) async fn with_api_budget(points: u64) -> Self {
        let app = Self::at(None, Budget::new(points).unwrap()).await;
        app.member("host@example.com", Role::Host).await;
        app.member("member@example.com", Role::Member).await;
        app
    }

    async fn at(public_url: Option<PublicUrl>, budget: Budget) -> Self {
        Self::over_with(tempfile::tempdir().unwrap(), HandClock::new(), public_url, budget).await
    }

    /// Opens an existing data folder at a given time.
    pub(crate) async fn over(folder: TempDir, clock: HandClock) -> Self {
        Self::over_with(folder, clock, None, Budget::default()).await
    }

    async fn over_with(
        folder: TempDir,
        clock: HandClock,
        public_url: Option<PublicUrl>,
        budget: Budget,
    ) -> Self {
        let store = SqliteStore::open_folder(folder.path()).unwrap();
        let keys = Keys::File(store.keychain().clone());
        let app = Self::node(
            Arc::new(store).shared(),
            keys,
            Arc::new(clock),
            public_url,
            budget,
        )
        .await;
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
        public_url: Option<PublicUrl>,
        budget: Budget,
    ) -> Self {
        let instance = instance(store, keys, &clock);
        Self::serving(instance, clock, public_url, budget).await
    }

    /// The same as [`Self::new`], with these timeouts for clients.
    pub(crate) async fn with_timeouts(timeouts: Timeouts) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open_folder(folder.path()).unwrap();
        let keys = Keys::File(store.keychain().clone());
        let clock = Arc::new(HandClock::new());
        let instance = instance(Arc::new(store).shared(), keys, &clock);
        let app = Self {
            folder: Some(folder),
            ..Self::bounded(instance, clock, None, Budget::default(), timeouts).await
        };
        app.member("host@example.com", Role::Host).await;
        app.member("member@example.com", Role::Member).await;
        app
    }

    async fn serving(
        instance: Instance,
        clock: Arc<HandClock>,
        public_url: Option<PublicUrl>,
        budget: Budget,
    ) -> Self {
        Self::bounded(instance, clock, public_url, budget, Timeouts::default()).await
    }

    async fn bounded(
        instance: Instance,
        clock: Arc<HandClock>,
        public_url: Option<PublicUrl>,
        budget: Budget,
        timeouts: Timeouts,
    ) -> Self {
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
        tokio::spawn(async move {
            let (_running, stop) = tokio::sync::watch::channel(false);
            serve(listener, router(state), bounds, stop).await;
        });
        Self {
            instance,
            url: format!("http://{address}"),
            origin,
            clock,
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

    pub(crate) fn wait(&self, by: Duration) {
        self.clock.advance(by);
    }
}

fn instance(store: Arc<dyn Store>, keys: Keys, clock: &Arc<HandClock>) -> Instance {
    let randomness = Arc::new(SystemRandomness);
    Instance::new(store, keys, clock.clone(), randomness, Cost::TRIFLING)
}
