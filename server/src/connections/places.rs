//! The open connections. When all places are taken, a new connection replaces one that keeps the server waiting: a
//! client that sends its request at once is always served, even if many others hold connections and send nothing.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::progress::{Progress, Waiting};
use super::{Bounds, Capacity};
use crate::settings::TrustedProxies;

/// How often the log mentions that there were too many connections.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// When all places are taken, up to this fraction of them is freed at once, since searching takes time.
const FREED_AT_ONCE: usize = 128;

/// All connections of a listener.
#[derive(Clone, Debug)]
pub(super) struct Places(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bounds: Bounds,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    connections: HashMap<u64, Connection>,
    /// The number of counted connections from each address.
    per_address: HashMap<IpAddr, usize>,
    said: Option<Instant>,
}

#[derive(Debug)]
struct Connection {
    /// The address that it counts toward.
    counted: Option<IpAddr>,
    trusted: bool,
    activity: Arc<Progress>,
}

/// A connection's place, freed when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    id: u64,
    pub(super) activity: Arc<Progress>,
}

impl Places {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self(Arc::new(Shared {
            bounds,
            taken: Mutex::default(),
        }))
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from `address`; `None` if no place is free or can be freed.
    pub(super) fn take(&self, address: IpAddr) -> Option<Place> {
        let Bounds {
            capacity: Capacity { total, per_address },
            timeouts,
            trusted,
        } = &self.0.bounds;
        let address = address.to_canonical();
        let counted = counted(address, trusted);
        let mut taken = self.taken();
        if let Some(counted) = counted
            && taken
                .per_address
                .get(&counted)
                .is_some_and(|count| count >= per_address)
            && !taken.free(1, |connection| connection.counted == Some(counted))
        {
            taken.say("an address has as many connections as it may have");
            return None;
        }
        if taken.connections.len() >= *total {
            taken.say("all connections are in use; those that wait longest for a client are closed");
            if !taken.free(1 + total / FREED_AT_ONCE, |_| true) {
                return None;
            }
        }
        let id = taken.next;
        taken.next += 1;
        let activity = Arc::new(Progress::new(*timeouts));
        let connection = Connection {
            counted,
            trusted: trusted.contains(address),
            activity: activity.clone(),
        };
        taken.connections.insert(id, connection);
        if let Some(counted) = counted {
            *taken.per_address.entry(counted).or_default() += 1;
        }
        Some(Place {
            places: self.clone(),
            id,
            activity,
        })
    }
}

impl Taken {
    /// Frees up to `most` places among those of `connections` that keep the server waiting. Returns whether there was
    /// any. Proxies come last, since their connections serve many people; then those that lose more: before a request
    /// has started, nothing is lost.
    fn free(&mut self, most: usize, connections: impl Fn(&Connection) -> bool) -> bool {
        let mut waiting: Vec<((bool, Waiting), Instant, u64)> = self
            .connections
            .iter()
            .filter(|(_, connection)| connections(connection))
            .filter_map(|(id, connection)| {
                let (waiting, since) = connection.activity.waits_for()?;
                Some(((connection.trusted, waiting), since, *id))
            })
            .collect();
        waiting.sort_unstable();
        let Some((first, ..)) = waiting.first().copied() else {
            return false;
        };
        // Frees in one step only connections that lose as little as the first.
        for (_, _, id) in waiting
            .into_iter()
            .take(most)
            .take_while(|(kind, ..)| *kind == first)
        {
            if let Some(connection) = self.remove(id) {
                connection.activity.close();
            }
        }
        true
    }

    fn remove(&mut self, id: u64) -> Option<Connection> {
        let connection = self.connections.remove(&id)?;
        if let Some(address) = connection.counted
            && let Some(count) = self.per_address.get_mut(&address)
        {
            *count -= 1;
            if *count == 0 {
                self.per_address.remove(&address);
            }
        }
        Some(connection)
    }

    /// Logs it for the operator, but not for each connection of a flood.
    fn say(&mut self, what: &str) {
        let now = Instant::now();
        if self
            .said
            .is_none_or(|said| now.duration_since(said) >= SAID_EVERY)
        {
            self.said = Some(now);
            tracing::warn!(connections = self.connections.len(), "{what}");
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().remove(self.id);
    }
}

/// The address that a connection counts toward: one customer has a 64-bit IPv6 network. `None` for proxies, which
/// serve many people, and for this machine, where an unconfigured proxy may run.
fn counted(address: IpAddr, trusted: &TrustedProxies) -> Option<IpAddr> {
    if address.is_loopback() || trusted.contains(address) {
        return None;
    }
    Some(match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::Timeouts;
    use super::*;

    fn places(total: usize, per_address: usize) -> Places {
        Places::new(Bounds {
            capacity: Capacity { total, per_address },
            timeouts: Timeouts::default(),
            trusted: ["10.0.0.1".parse().unwrap()].into_iter().collect(),
        })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Whether the connection has to close.
    async fn is_closed(place: &Place) -> bool {
        tokio::select! {
            biased;
            () = place.activity.closed() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn who_sends_nothing_makes_room_for_who_comes_and_who_is_answered_stays() {
        let places = places(2, 2);
        let answered = places.take(address("192.0.2.1")).unwrap();
        answered.activity.request();
        let silent = places.take(address("192.0.2.2")).unwrap();
        let third = places.take(address("192.0.2.3")).unwrap();
        assert!(is_closed(&silent).await);
        third.activity.request();
        assert!(places.take(address("192.0.2.4")).is_none(), "both are answered");
        assert!(!is_closed(&answered).await && !is_closed(&third).await);
        drop(answered);
        assert!(places.take(address("192.0.2.4")).is_some());
    }

    #[tokio::test]
    async fn half_a_head_goes_before_half_a_body_and_that_before_what_was_served() {
        let places = places(3, 3);
        let served = places.take(address("192.0.2.1")).unwrap();
        served.activity.request();
        served.activity.answered();
        let body = places.take(address("192.0.2.2")).unwrap();
        body.activity.request();
        body.activity.awaits_body();
        let head = places.take(address("192.0.2.3")).unwrap();
        for (goes, stay) in [(&head, vec![&body, &served]), (&body, vec![&served])] {
            let new = places.take(address("192.0.2.4")).unwrap();
            new.activity.request();
            std::mem::forget(new);
            assert!(is_closed(goes).await);
            for place in stay {
                assert!(!is_closed(place).await);
            }
        }
    }

    #[tokio::test]
    async fn a_proxy_s_connections_go_last() {
        let places = places(2, 2);
        let proxy = places.take(address("10.0.0.1")).unwrap();
        let stranger = places.take(address("192.0.2.1")).unwrap();
        stranger.activity.request();
        stranger.activity.answered();
        let new = places.take(address("192.0.2.2")).unwrap();
        assert!(is_closed(&stranger).await && !is_closed(&proxy).await);
        drop(new);
    }

    #[test]
    fn an_address_has_no_more_than_its_part() {
        let places = places(100, 2);
        let taken: Vec<_> = ["2001:db8::1", "2001:db8::ffff:1"]
            .iter()
            .map(|text| places.take(address(text)).unwrap())
            .collect();
        for place in &taken {
            place.activity.request();
        }
        assert!(places.take(address("2001:db8::2")).is_none());
        assert!(places.take(address("2001:db8:0:1::1")).is_some());
        drop(taken);
        assert!(places.take(address("2001:db8::2")).is_some());
    }

    #[test]
    fn proxies_and_this_machine_are_not_counted() {
        let places = places(100, 1);
        for text in ["10.0.0.1", "::ffff:10.0.0.1", "127.0.0.1", "::1"] {
            let both = [places.take(address(text)), places.take(address(text))];
            for place in both {
                place.unwrap().activity.request();
            }
        }
    }
}
