//! What the server keeps for sign-ins at providers, besides what is in the store.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use latchkey_domain::provider::ProviderId;
use latchkey_domain::{Clock, Timestamp, TokenBucket, TokenBuckets, limits};
use latchkey_outgoing::Outgoing;
use latchkey_providers::ProviderClient;

/// What the server keeps for sign-ins at providers, besides what is in the store.
pub struct ProviderAccess {
    pub(super) outgoing: Outgoing,
    pub(super) client: ProviderClient,
    /// Journeys that an address begins: each is a row for ten minutes.
    journeys: TokenBuckets<Option<IpAddr>>,
    /// Why the last sign-in at a provider failed. Each node knows its own.
    failures: Mutex<HashMap<ProviderId, (Timestamp, String)>>,
}

/// How many addresses are counted.
const ADDRESSES: usize = 4_096;

impl ProviderAccess {
    /// Calls providers through `outgoing`.
    pub fn new(outgoing: Outgoing, clock: Arc<dyn Clock>) -> Self {
        Self {
            client: ProviderClient::new(outgoing.clone(), clock),
            outgoing,
            journeys: TokenBuckets::new(ADDRESSES),
            failures: Mutex::default(),
        }
    }

    /// Whether an address may begin one more journey; if not, when it may.
    pub(super) fn admit(&self, address: Option<IpAddr>, now: Timestamp) -> Result<(), Duration> {
        let bucket = TokenBucket::new(limits::PROVIDER_SIGN_INS_OF_ADDRESS, limits::PROVIDER_SIGN_IN);
        self.journeys.take(address, bucket, 1, now)
    }

    pub(super) fn failed(&self, provider: ProviderId, now: Timestamp, why: String) {
        self.failures().insert(provider, (now, why));
    }

    pub(super) fn worked(&self, provider: ProviderId) {
        self.failures().remove(&provider);
    }

    pub(super) fn last_failure(&self, provider: ProviderId) -> Option<(Timestamp, String)> {
        self.failures().get(&provider).cloned()
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<ProviderId, (Timestamp, String)>> {
        // Nothing that can panic runs under the lock. A network has a few providers.
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
