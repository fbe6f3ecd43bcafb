//! What the server tells pages and server functions about the request.
//!
//! The server provides a [`Request`] as Leptos context, and reads [`Request::status`] after the answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use latchkey_domain::{Actor, Member};
use latchkey_registration::{Caller, Registrar};

/// The parts of the request that pages need.
#[derive(Clone)]
pub struct Request {
    /// The signed-in member.
    pub viewer: Option<Member>,
    /// Where the request came from, for the audit trail.
    pub actor: Actor,
    /// The rules about applications.
    pub registrar: Registrar,
    /// The URLs of script, WebAssembly and styles.
    pub assets: Arc<Assets>,
    /// The status of the answer.
    pub status: Status,
}

impl Request {
    /// The caller; `None` if nobody is signed in.
    pub(crate) fn caller(&self) -> Option<Caller> {
        self.viewer
            .as_ref()
            .map(|viewer| Caller::member(viewer, self.actor.clone()))
    }
}

/// The URLs of the built files, with their content hashes: `/pkg/latchkey.<hash>.js` and so on.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// The script that loads the WebAssembly.
    pub js: String,
    /// The WebAssembly.
    pub wasm: String,
    /// The styles.
    pub css: String,
    /// Files that only some pages load, by plain name: `copy.js` for `public/scripts/copy.js`.
    pub extras: BTreeMap<String, String>,
}

impl Assets {
    /// The URL of a file that only some pages load; empty if the site was built without it.
    pub fn extra(&self, name: &str) -> String {
        self.extras.get(name).cloned().unwrap_or_default()
    }
}

/// The URL of the network's own style sheet, if it has a colour or a logo.
#[derive(Clone, Debug, Default)]
pub struct BrandSheet(pub Option<String>);

/// The HTTP status of the answer; 200 by default.
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
