//! The keys of the key file, as an open store holds them. Another process may rotate the key at any time, so a secret is
//! sealed with the key that the database names in the same transaction, and a key that is not known is looked up in the
//! file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use latchkey_domain::{ClientId, ClientSecret};

use crate::keyring::Keyring;
use crate::sealing::{HeldKeys, Sealer, Sealing};
use latchkey_storage::StoreError;

/// The keys that are known, and where to look for others. Clones are one.
#[derive(Clone)]
pub struct Keychain(Arc<Inner>);

struct Inner {
    path: PathBuf,
    held: HeldKeys,
}

impl Keychain {
    pub(super) fn new(path: &Path, ring: Keyring) -> Self {
        Self(Arc::new(Inner {
            path: path.to_owned(),
            held: HeldKeys::new(ring),
        }))
    }

    /// The keys that are known now.
    pub fn ring(&self) -> Keyring {
        self.0.held.now().ring.clone()
    }

    /// Looks into the key file; whether its current key is another than before.
    pub fn refresh(&self) -> Result<bool, StoreError> {
        let before = self.0.held.now().ring.current().fingerprint();
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
        self.0.held.replace(ring);
    }
}

impl Sealing for Keychain {
    fn held(&self) -> &HeldKeys {
        &self.0.held
    }

    fn reload(&self) -> Result<bool, StoreError> {
        self.refresh()
    }

    fn seal_with(
        &self,
        fingerprint: &str,
        client_id: &ClientId,
        secret: &ClientSecret,
    ) -> Result<Vec<u8>, StoreError> {
        if !self.held().now().ring.has(fingerprint) {
            self.refresh()?;
        }
        let held = self.held().now();
        if held.ring.current().fingerprint() == fingerprint {
            return held.sealer.seal(client_id, secret);
        }
        // An older backup, or a rotation that was cut short: the database goes on with the key that it has.
        let ring = held.ring.led_by(fingerprint).ok_or(StoreError::Unsealable)?;
        Sealer::new(ring).seal(client_id, secret)
    }
}
