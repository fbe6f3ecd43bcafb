//! What the server tells the pages and server functions about the request that they answer.
//!
//! The server provides a [`Request`] as Leptos context; after the answer it reads [`Request::status`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use latchkey_domain::{Actor, Member};
use latchkey_registration::{Caller, Registrar};

/// The request, as far as pages care.
#[derive(Clone)]
pub struct Request {
    /// Who is signed in.
    pub viewer: Option<Member>,
    /// Where the request came from, for the audit trail.
    pub actor: Actor,
    /// The rules about applications.
    pub registrar: Registrar,
    /// Where the browser finds script, WebAssembly and styles.
    pub assets: Arc<Assets>,
    /// The status that the answer will have.
    pub status: Status,
}

impl Request {
    /// Who asks; `None` if nobody is signed in.
    pub(crate) fn caller(&self) -> Option<Caller> {
        self.viewer
            .as_ref()
            .map(|viewer| Caller::member(viewer, self.actor.clone()))
    }
}

/// The addresses of the built files, with their content hashes: `/pkg/latchkey.<hash>.js` and so on.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// The script that loads the WebAssembly.
    pub js: String,
    /// The WebAssembly.
    pub wasm: String,
    /// The styles.
    pub css: String,
    /// What only some pages load, by its plain name: `copy.js` for `public/scripts/copy.js`.
    pub extras: BTreeMap<String, String>,
}

impl Assets {
    /// The address of what only some pages load; empty if the site was built without it.
    pub fn extra(&self, name: &str) -> String {
        self.extras.get(name).cloned().unwrap_or_default()
    }
}

/// The HTTP status of the answer; 200 unless somebody sets another.
#[derive(Clone, Debug)]
pub struct Status(Arc<AtomicU16>);

impl Default for Status {
    fn default() -> Self {
        Self(Arc::new(AtomicU16::new(200)))
    }
}

impl Status {
    /// Sets the status.
    pub fn set(&self, status: u16) {
        self.0.store(status, Ordering::Relaxed);
    }

    /// The status that was set last.
    pub fn get(&self) -> u16 {
        self.0.load(Ordering::Relaxed)
    }
}
