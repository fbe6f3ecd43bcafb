//! The keys of a node. Every node has a copy of the key file, or its text; which of the keys seals is the database's word. So
//! a new key is brought to every node first, where it only opens and recognises, and then the database names it: from then on
//! all nodes seal with it, each in the transaction that writes, and make their tokens with it a second later.

use std::path::PathBuf;
use std::sync::Arc;

use latchkey_domain::{ClientId, ClientSecret};

use crate::keyring::Keyring;
use crate::sealing::{HeldKeys, Sealing};
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
    held: HeldKeys,
}

impl NodeKeys {
    pub(super) fn new(source: KeySource, ring: Keyring) -> Self {
        Self(Arc::new(Inner {
            source,
            held: HeldKeys::new(ring),
        }))
    }

    /// The keys that are known now.
    pub(super) fn ring(&self) -> Keyring {
        self.0.held.now().ring.clone()
    }

    /// From now on the key with this fingerprint comes first. Fails if this node does not have it.
    pub(super) fn lead(&self, fingerprint: &str) -> Result<(), StoreError> {
        if self.0.held.now().ring.current().fingerprint() == fingerprint {
            return Ok(());
        }
        if !self.0.held.now().ring.has(fingerprint) {
            self.reload()?;
        }
        let ring = self
            .0
            .held
            .now()
            .ring
            .led_by(fingerprint)
            .ok_or(StoreError::Unsealable)?;
        self.0.held.replace(ring);
        Ok(())
    }
}

impl Sealing for NodeKeys {
    fn held(&self) -> &HeldKeys {
        &self.0.held
    }

    fn reload(&self) -> Result<bool, StoreError> {
        let KeySource::File(path) = &self.0.source else {
            return Ok(false);
        };
        let Some(ring) = Keyring::load(path)? else {
            return Ok(false);
        };
        let held = self.0.held.now();
        let ring = ring.led_by(&held.ring.current().fingerprint()).unwrap_or(ring);
        let changed = !ring
            .all()
            .map(super::ServerKey::fingerprint)
            .eq(held.ring.all().map(super::ServerKey::fingerprint));
        if changed {
            self.0.held.replace(ring);
        }
        Ok(changed)
    }

    fn seal_with(
        &self,
        fingerprint: &str,
        client_id: &ClientId,
        secret: &ClientSecret,
    ) -> Result<Vec<u8>, StoreError> {
        self.lead(fingerprint)?;
        self.held().now().sealer.seal(client_id, secret)
    }
}
