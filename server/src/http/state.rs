//! What every handler can reach.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use latchkey_app::request::Assets;
use latchkey_headless::{Budget, HeadlessApi};
use latchkey_oauth::AuthorizationServer;

use super::assets;
use super::request_id::RequestIds;
use crate::instance::Instance;
use crate::settings::PublicUrl;
use crate::usage::UsageMeter;

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
    /// How browsers get here.
    pub public_url: PublicUrl,
    /// Proxies whose word about the client's address is taken.
    pub trusted_proxies: Vec<IpAddr>,
    /// What numbers the requests.
    pub request_ids: RequestIds,
    /// The addresses of script, WebAssembly and styles.
    pub assets: Arc<Assets>,
}

impl AppState {
    /// Puts the state together. `budget` is what an application may spend at the Headless API.
    pub fn new(
        instance: Instance,
        public_url: PublicUrl,
        trusted_proxies: Vec<IpAddr>,
        budget: Budget,
    ) -> Self {
        let assets = Arc::new(assets::addresses());
        let oauth = instance.authorization_server(&public_url);
        let headless = HeadlessApi::new(instance.store.clone(), instance.clock.clone(), budget);
        Self(Arc::new(Inner {
            instance,
            oauth,
            headless,
            usage: UsageMeter::default(),
            public_url,
            trusted_proxies,
            request_ids: RequestIds::default(),
            assets,
        }))
    }
}

impl Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
