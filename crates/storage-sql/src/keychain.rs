//! The keys of an open store. Another process may rotate the key at any time, so a secret is sealed with the key that the
//! database names in the same transaction, and a key that is not known is looked up in the file.
//!
//! On `SQLite` the first key of the file makes tokens. On `PostgreSQL` every node has a copy of the key file, or its text, and
//! the database says which key that is: a new key is brought to every node first, where it only opens and recognises, and
//! then the database names it. From then on all nodes seal with it, each in the transaction that writes, and make their
//! tokens with it a second later.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use zeroize::Zeroizing;

use crate::keyring::Keyring;
use crate::keys::ServerKey;
use crate::sealing::{Owner, Sealer};
use crate::{Statements, rows};
use latchkey_storage::StoreError;

/// The keys that are known, and where to look for others. Clones are one.
#[derive(Clone)]
pub struct Keychain(Arc<Inner>);

struct Inner {
    /// `None` if the keys were given once, and stay as they are.
    file: Option<PathBuf>,
    /// Which key is the current one.
    current: Current,
    held: RwLock<Arc<Held>>,
}

/// Which key is the current one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Current {
    /// The first of the file.
    OfFile,
    /// The one that the database names; see [`Keychain::lead`].
    OfDatabase,
}

struct Held {
    ring: Keyring,
    sealer: Sealer,
}

impl Keychain {
    pub(crate) fn new(file: Option<PathBuf>, current: Current, ring: Keyring) -> Self {
        Self(Arc::new(Inner {
            file,
            current,
            held: RwLock::new(Arc::new(Held::of(ring))),
        }))
    }

    /// The keys that are known now.
    pub fn ring(&self) -> Keyring {
        self.held().ring.clone()
    }

    /// Looks into the key file, if there is one; whether there are other keys than before.
    pub fn refresh(&self) -> Result<bool, StoreError> {
        let Some(file) = &self.0.file else {
            return Ok(false);
        };
        let Some(mut ring) = Keyring::load(file)? else {
            return Ok(false);
        };
        let held = self.held();
        if self.0.current == Current::OfDatabase {
            ring = ring.led_by(&held.ring.current().fingerprint()).unwrap_or(ring);
        }
        let prints = |ring: &Keyring| ring.all().map(ServerKey::fingerprint).collect::<Vec<_>>();
        let changed = prints(&ring) != prints(&held.ring);
        if changed {
            self.hold(ring);
        }
        Ok(changed)
    }

    /// From now on the key with this fingerprint comes first. Fails if it is not in the file.
    pub(crate) fn lead(&self, fingerprint: &str) -> Result<(), StoreError> {
        let held = self.knowing(fingerprint)?;
        if held.ring.current().fingerprint() != fingerprint {
            self.hold(held.ring.led_by(fingerprint).ok_or(StoreError::Unsealable)?);
        }
        Ok(())
    }

    pub(crate) fn hold(&self, ring: Keyring) {
        *self.0.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Held::of(ring));
    }

    /// Seals a secret with the key that the database names, and goes on naming until the transaction ends.
    pub(crate) async fn seal(
        &self,
        db: &dyn Statements,
        owner: Owner<'_>,
        secret: &str,
    ) -> Result<Vec<u8>, StoreError> {
        let named = rows::named_key(db).await?;
        let held = self.knowing(&named)?;
        if held.ring.current().fingerprint() == named {
            return held.sealer.seal(owner, secret);
        }
        // A rotation that is not noticed yet or was cut short, or an older backup: the database goes on with the key
        // that it has.
        let ring = held.ring.led_by(&named).ok_or(StoreError::Unsealable)?;
        Sealer::new(&ring).seal(owner, secret)
    }

    /// Opens a secret, whichever key sealed it.
    pub(crate) fn open(&self, owner: Owner<'_>, sealed: &[u8]) -> Result<Zeroizing<String>, StoreError> {
        match self.held().sealer.open(owner, sealed) {
            Err(StoreError::Unsealable) if self.refresh()? => self.held().sealer.open(owner, sealed),
            opened => opened,
        }
    }

    /// What is held, after a look into the file if there is no key of this fingerprint.
    fn knowing(&self, fingerprint: &str) -> Result<Arc<Held>, StoreError> {
        let held = self.held();
        if held.ring.has(fingerprint) || !self.refresh()? {
            return Ok(held);
        }
        Ok(self.held())
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
