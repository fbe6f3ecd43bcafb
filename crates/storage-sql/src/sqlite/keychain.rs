//! The keys of the key file, as an open store holds them. Another process may rotate the key at any time, so a secret is
//! sealed with the key that the database names in the same transaction, and a key that is not known is looked up in the
//! file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use latchkey_domain::{ClientId, ClientSecret};

use crate::keyring::Keyring;
use crate::sealing::Sealer;
use latchkey_storage::StoreError;

/// The keys that are known, and where to look for others. Clones are one.
#[derive(Clone)]
pub struct Keychain(Arc<Inner>);

struct Inner {
    path: PathBuf,
    held: RwLock<Arc<Held>>,
}

struct Held {
    ring: Keyring,
    sealer: Sealer,
}

impl Keychain {
    pub(super) fn new(path: &Path, ring: Keyring) -> Self {
        Self(Arc::new(Inner {
            path: path.to_owned(),
            held: RwLock::new(Arc::new(Held::of(ring))),
        }))
    }

    /// The keys that are known now.
    pub fn ring(&self) -> Keyring {
        self.held().ring.clone()
    }

    /// Looks into the key file; whether its current key is another than before.
    pub fn refresh(&self) -> Result<bool, StoreError> {
        let before = self.held().ring.current().fingerprint();
        let Some(ring) = Keyring::load(&self.0.path)? else {
            return Ok(false);
        };
        if ring.current().fingerprint() == before {
            return Ok(false);
        }
        self.hold(ring);
        Ok(true)
    }

    /// The key file.
    pub(super) fn path(&self) -> &Path {
        &self.0.path
    }

    pub(super) fn hold(&self, ring: Keyring) {
        *self.0.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Held::of(ring));
    }

    /// Seals a secret with the key of this fingerprint.
    pub(super) fn seal_with(
        &self,
        named: &str,
        client_id: &ClientId,
        secret: &ClientSecret,
    ) -> Result<Vec<u8>, StoreError> {
        if !self.held().ring.has(named) {
            self.refresh()?;
        }
        let held = self.held();
        if held.ring.current().fingerprint() == named {
            return held.sealer.seal(client_id, secret);
        }
        // An older backup, or a rotation that was cut short: the database goes on with the key that it has.
        let ring = held.ring.led_by(named).ok_or(StoreError::Unsealable)?;
        Sealer::new(ring).seal(client_id, secret)
    }

    /// Opens a secret, whichever key of the file sealed it.
    pub(super) fn unseal(&self, client_id: &ClientId, sealed: &[u8]) -> Result<ClientSecret, StoreError> {
        match self.held().sealer.open(client_id, sealed) {
            Err(StoreError::Unsealable) if self.refresh()? => self.held().sealer.open(client_id, sealed),
            opened => opened,
        }
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
