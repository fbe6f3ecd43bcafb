//! How many requests are under way at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The most requests at a time.
pub const MOST_REQUESTS: usize = 16;

/// The most of these to one host name.
pub const MOST_REQUESTS_TO_HOST: usize = 4;

/// The most requests in the background at a time: a quarter, so that others find a place.
pub const MOST_REQUESTS_IN_BACKGROUND: usize = MOST_REQUESTS / 4;

/// The most of these to one host name: half, because a provider may have its pictures at its own address.
pub const MOST_REQUESTS_TO_HOST_IN_BACKGROUND: usize = MOST_REQUESTS_TO_HOST / 2;

/// Names with a semaphore of their own, before those without a request are removed.
const NAMES: usize = 64;

pub(crate) struct Places {
    per_host: usize,
    all: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// A request may be under way while this is held.
pub(crate) struct Place {
    _host: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

impl Places {
    /// Those of all requests.
    pub(crate) fn of_all() -> Self {
        Self::new(MOST_REQUESTS, MOST_REQUESTS_TO_HOST)
    }

    /// Those that requests in the background need besides.
    pub(crate) fn of_background() -> Self {
        Self::new(MOST_REQUESTS_IN_BACKGROUND, MOST_REQUESTS_TO_HOST_IN_BACKGROUND)
    }

    fn new(in_all: usize, per_host: usize) -> Self {
        Self {
            per_host,
            all: Arc::new(Semaphore::new(in_all)),
            hosts: Mutex::default(),
        }
    }

    /// Waits for a place: first among the requests to the same host, which take no place in all while they wait.
    pub(crate) async fn take(&self, host: String) -> Place {
        // The semaphores are never closed.
        let host = self.of_host(host).acquire_owned().await.ok();
        let all = self.all.clone().acquire_owned().await.ok();
        Place {
            _host: host,
            _all: all,
        }
    }

    fn of_host(&self, host: String) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = hosts.get(&host).and_then(Weak::upgrade) {
            return own;
        }
        if hosts.len() >= NAMES {
            hosts.retain(|_, own| own.strong_count() > 0);
        }
        let own = Arc::new(Semaphore::new(self.per_host));
        hosts.insert(host, Arc::downgrade(&own));
        own
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// A place, if one is free now.
    fn try_take(places: &Places, host: &str) -> Option<Place> {
        let waiting = pin!(places.take(host.to_owned()));
        match waiting.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(place) => Some(place),
            Poll::Pending => None,
        }
    }

    #[test]
    fn few_to_one_host_and_few_in_all() {
        let places = Places::of_all();
        let mut taken: Vec<_> = (0..MOST_REQUESTS_TO_HOST)
            .map(|_| try_take(&places, "a").unwrap())
            .collect();
        assert!(try_take(&places, "a").is_none());
        for host in ["b", "c", "d"] {
            taken.extend((0..MOST_REQUESTS_TO_HOST).map(|_| try_take(&places, host).unwrap()));
        }
        assert!(try_take(&places, "e").is_none());
        taken.remove(0);
        assert!(try_take(&places, "e").is_some());
        assert!(try_take(&places, "a").is_some());
    }

    #[test]
    fn names_without_a_request_are_not_kept() {
        let places = Places::of_all();
        let kept = try_take(&places, "kept").unwrap();
        for number in 0..1_000 {
            assert!(try_take(&places, &number.to_string()).is_some());
        }
        assert!(places.hosts.lock().unwrap().len() <= NAMES);
        assert!(places.hosts.lock().unwrap().contains_key("kept"));
        drop(kept);
    }
}
