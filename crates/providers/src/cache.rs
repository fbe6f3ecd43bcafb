//! What is remembered of providers, for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use latchkey_domain::Timestamp;

/// How long.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// Of how many.
const MOST: usize = 100;

/// Values by name, each with the time it was read.
pub(crate) struct Cache<T>(Mutex<HashMap<String, (Arc<T>, Timestamp)>>);

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Cache<T> {
    /// A value that is young enough, and its age.
    pub(crate) fn get(&self, name: &str, now: Timestamp) -> Option<(Arc<T>, Duration)> {
        let values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (value, at) = values.get(name)?;
        // A time that lies ahead is of a clock that was set back.
        let is_young = *at <= now && now.since(*at) < KEPT;
        is_young.then(|| (Arc::clone(value), now.since(*at)))
    }

    /// Keeps a value, in place of the oldest if there are many.
    pub(crate) fn put(&self, name: &str, value: Arc<T>, now: Timestamp) {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if values.len() >= MOST && !values.contains_key(name) {
            let oldest = values.iter().min_by_key(|(_, (_, at))| *at);
            if let Some(name) = oldest.map(|(name, _)| name.clone()) {
                values.remove(&name);
            }
        }
        values.insert(name.to_owned(), (value, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_for_an_hour() {
        let cache = Cache::default();
        let start = Timestamp::from_millis(1_800_000_000_000);
        cache.put("a", Arc::new(1), start);
        let found = |now| cache.get("a", now).map(|(value, _)| *value);
        assert_eq!(found(start.plus(Duration::from_secs(3_599))), Some(1));
        assert_eq!(found(start.plus(Duration::from_secs(3_600))), None);
        assert_eq!(found(start.minus(Duration::from_secs(1))), None);
    }

    #[test]
    fn few_are_kept() {
        let cache = Cache::default();
        for number in 0..1_000 {
            cache.put(
                &number.to_string(),
                Arc::new(number),
                Timestamp::from_millis(number),
            );
        }
        assert_eq!(cache.0.lock().unwrap().len(), MOST);
        assert!(cache.get("999", Timestamp::from_millis(1_000)).is_some());
        assert!(cache.get("0", Timestamp::from_millis(1_000)).is_none());
    }
}
