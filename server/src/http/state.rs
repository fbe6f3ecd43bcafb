//! The state that every handler can access.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use latchkey_accounts::Passkeys;
use latchkey_app::request::Assets;
use latchkey_domain::Timestamp;
use latchkey_headless::{Budget, HeadlessApi};
use latchkey_mail::Mailing;
use latchkey_oauth::AuthorizationServer;
use latchkey_outgoing::Outgoing;

use super::assets::Site;
use super::body::BodyMemory;
use super::pace::Pace;
use super::providers::access::ProviderAccess;
use super::request_id::RequestIds;
use crate::instance::Instance;
use crate::logo::LogoReader;
use crate::metrics::Metrics;
use crate::settings::{PublicUrl, TrustedProxies, TrustedProxy};
use crate::usage_meter::UsageMeter;

/// The state of the router. Clones are cheap.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// The shared content of [`AppState`].
pub struct Inner {
    /// The rules.
    pub instance: Instance,
    /// The OAuth protocol.
    pub oauth: AuthorizationServer,
    /// The Headless API.
    pub headless: HeadlessApi,
    /// Counts the Headless API's requests.
    pub usage: UsageMeter,
    /// The counters for operators.
    pub metrics: Metrics,
    /// When the server started.
    pub started: Timestamp,
    /// Whether the server is stopping.
    stopping: AtomicBool,
    /// The URL that browsers use.
    pub public_url: PublicUrl,
    /// Proxies trusted to tell the client's address.
    pub trusted_proxies: TrustedProxies,
    /// The memory for arriving bodies.
    pub bodies: BodyMemory,
    /// The mails of the network.
    pub mailing: Mailing,
    /// Passkeys, if browsers have them at this server's address.
    pub passkeys: Option<Passkeys>,
    /// Sign-ins at providers.
    pub providers: ProviderAccess,
    /// Reads uploaded logos.
    pub logos: LogoReader,
    /// Counts what members change and upload.
    pub pace: Pace,
    /// Creates the ids of requests.
    pub request_ids: RequestIds,
    /// The files that pages load.
    pub site: Site,
    /// The URLs of script, WebAssembly and styles.
    pub assets: Arc<Assets>,
}

impl AppState {
    /// Creates the state. `budget` is each application's budget at the Headless API.
    pub fn new(
        instance: Instance,
        site: Site,
        public_url: PublicUrl,
        trusted_proxies: Vec<TrustedProxy>,
        budget: Budget,
        mailing: Mailing,
        outgoing: Outgoing,
    ) -> Self {
        let assets = Arc::new(site.addresses());
        let oauth = instance.authorization_server(&public_url);
        let passkeys = instance.passkeys(&public_url);
        let headless =
            HeadlessApi::new(instance.store.clone(), instance.clock.clone(), budget).at(oauth.issuer());
        let started = instance.clock.now();
        let metrics = Metrics::default();
        let outgoing = outgoing.observed(metrics.outgoing.clone());
        let providers = ProviderAccess::new(outgoing, instance.clock.clone());
        Self(Arc::new(Inner {
            instance,
            oauth,
            headless,
            usage: UsageMeter::default(),
            metrics,
            started,
            stopping: AtomicBool::new(false),
            public_url,
            trusted_proxies: trusted_proxies.into_iter().collect(),
            bodies: BodyMemory::default(),
            mailing,
            passkeys,
            providers,
            logos: LogoReader::default(),
            pace: Pace::default(),
            request_ids: RequestIds::default(),
            site,
            assets,
        }))
    }

    /// From now on the server reports that it is not ready, but still answers requests.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the server is stopping.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

impl Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
