//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use latchkey_app::request::Assets;
use latchkey_domain::Timestamp;
use latchkey_headless::{Budget, HeadlessApi};
use latchkey_oauth::AuthorizationServer;

use super::assets::Site;
use super::body::BodyMemory;
use super::request_id::RequestIds;
use crate::instance::Instance;
use crate::metrics::Metrics;
use crate::settings::{PublicUrl, TrustedProxies, TrustedProxy};
use crate::usage_meter::UsageMeter;

/// The state of the router. Cloning it is cheap.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// What [`AppState`] leads to.
pub struct Inner {
    /// The rules.
    pub instance: Instance,
    /// The OAuth protocol.
    pub oauth: AuthorizationServer,
    /// The Headless API.
    pub headless: HeadlessApi,
    /// What counts its requests.
    pub usage: UsageMeter,
    /// What is counted for operators.
    pub metrics: Metrics,
    /// Since when.
    pub started: Timestamp,
    /// Whether the server was told to stop.
    stopping: AtomicBool,
    /// How browsers get here.
    pub public_url: PublicUrl,
    /// Proxies whose word about the client's address is taken.
    pub trusted_proxies: TrustedProxies,
    /// The memory for bodies that arrive.
    pub bodies: BodyMemory,
    /// What numbers the requests.
    pub request_ids: RequestIds,
    /// The files that pages load.
    pub site: Site,
    /// The addresses of script, WebAssembly and styles.
    pub assets: Arc<Assets>,
}

impl AppState {
    /// Puts the state together. `budget` is what an application may spend at the Headless API.
    pub fn new(
        instance: Instance,
        site: Site,
        public_url: PublicUrl,
        trusted_proxies: Vec<TrustedProxy>,
        budget: Budget,
    ) -> Self {
        let assets = Arc::new(site.addresses());
        let oauth = instance.authorization_server(&public_url);
        let headless =
            HeadlessApi::new(instance.store.clone(), instance.clock.clone(), budget).at(oauth.issuer());
        let started = instance.clock.now();
        Self(Arc::new(Inner {
            instance,
            oauth,
            headless,
            usage: UsageMeter::default(),
            metrics: Metrics::default(),
            started,
            stopping: AtomicBool::new(false),
            public_url,
            trusted_proxies: trusted_proxies.into_iter().collect(),
            bodies: BodyMemory::default(),
            request_ids: RequestIds::default(),
            site,
            assets,
        }))
    }

    /// From now on the server is not ready for new requests, though it answers them.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to stop.
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
