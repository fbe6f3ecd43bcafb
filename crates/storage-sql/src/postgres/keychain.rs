//! The keys of a node. Every node has a copy of the key file, or its text; which of the keys seals is the database's word. So
//! a new key is brought to every node first, where it only opens and recognises, and then the database names it: from that
//! moment on all nodes seal with it, each in the transaction that writes, and make their tokens with it a second later.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use latchkey_domain::{ClientId, ClientSecret};

use crate::keyring::Keyring;
use crate::sealing::Sealer;
use latchkey_storage::StoreError;

/// The source of a node's keys.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A file, in which there may be more at any time.
    File(PathBuf),
    /// They were given once, and stay as they are.
    Given,
}

/// The keys of a node; the first is the one that the database names. Clones are one.
#[derive(Clone)]
pub(crate) struct NodeKeys(Arc<Inner>);

struct Inner {
    source: KeySource,
    held: RwLock<Arc<Held>>,
}

struct Held {
    ring: Keyring,
    sealer: Sealer,
}

impl NodeKeys {
    pub(super) fn new(source: KeySource, ring: Keyring) -> Self {
        Self(Arc::new(Inner {
            source,
            held: RwLock::new(Arc::new(Held::of(ring))),
        }))
    }

    /// The keys that are known now.
    pub(super) fn ring(&self) -> Keyring {
        self.held().ring.clone()
    }

    /// Looks into the file, if there is one; whether there are other keys than before.
    pub(super) fn look(&self) -> Result<bool, StoreError> {
        let KeySource::File(path) = &self.0.source else {
            return Ok(false);
        };
        let Some(ring) = Keyring::load(path)? else {
            return Ok(false);
        };
        let held = self.held();
        let ring = ring.led_by(&held.ring.current().fingerprint()).unwrap_or(ring);
        let changed = !ring
            .all()
            .map(super::ServerKey::fingerprint)
            .eq(held.ring.all().map(super::ServerKey::fingerprint));
        if changed {
            self.hold(ring);
        }
        Ok(changed)
    }

    /// From now on the key with this fingerprint comes first. Fails if this node does not have it.
    pub(super) fn lead(&self, fingerprint: &str) -> Result<(), StoreError> {
        if self.held().ring.current().fingerprint() == fingerprint {
            return Ok(());
        }
        if !self.held().ring.has(fingerprint) {
            self.look()?;
        }
        let ring = self
            .held()
            .ring
            .led_by(fingerprint)
            .ok_or(StoreError::Unsealable)?;
        self.hold(ring);
        Ok(())
    }

    /// Seals a secret with the key of this fingerprint.
    pub(super) fn seal_with(
        &self,
        named: &str,
        client_id: &ClientId,
        secret: &ClientSecret,
    ) -> Result<Vec<u8>, StoreError> {
        self.lead(named)?;
        self.held().sealer.seal(client_id, secret)
    }

    /// Opens a secret, whichever key sealed it.
    pub(super) fn unseal(&self, client_id: &ClientId, sealed: &[u8]) -> Result<ClientSecret, StoreError> {
        match self.held().sealer.open(client_id, sealed) {
            Err(StoreError::Unsealable) if self.look()? => self.held().sealer.open(client_id, sealed),
            opened => opened,
        }
    }

    fn hold(&self, ring: Keyring) {
        *self.0.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Held::of(ring));
    }

    fn held(&self) -> Arc<Held> {
        Arc::clone(&self.0.held.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Held {
    fn of(ring: Keyring) -> Self {
        Self {
            sealer: Sealer::new(&ring),
            ring,
        }
    }
}
