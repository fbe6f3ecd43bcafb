//! Operations that take long are named in the log: which and how long, never with what values.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Notices operations that take longer than it was told; none until then.
#[derive(Debug)]
pub(crate) struct SlowLog {
    threshold_micros: AtomicU64,
    noticed: AtomicU64,
}

impl Default for SlowLog {
    fn default() -> Self {
        Self {
            threshold_micros: AtomicU64::new(u64::MAX),
            noticed: AtomicU64::new(0),
        }
    }
}

impl SlowLog {
    /// From now on, operations that take longer than `threshold` are logged.
    pub(crate) fn set(&self, threshold: Duration) {
        self.threshold_micros.store(micros(threshold), Ordering::Relaxed);
    }

    /// How many were logged.
    pub(crate) fn noticed(&self) -> u64 {
        self.noticed.load(Ordering::Relaxed)
    }

    /// An operation is over that began at `began`. `Work` is its closure: the method that it was written in is its name,
    /// so that no operation has to be named a second time.
    pub(crate) fn log_if_slow<Work>(&self, began: Instant) {
        self.notice(began, || method(std::any::type_name::<Work>()));
    }

    /// The same for the operation that `method` is.
    pub(crate) fn log_method_if_slow(&self, began: Instant, method: &'static str) {
        self.notice(began, || method);
    }

    fn notice(&self, began: Instant, operation: impl FnOnce() -> &'static str) {
        let took = began.elapsed();
        if micros(took) <= self.threshold_micros.load(Ordering::Relaxed) {
            return;
        }
        self.noticed.fetch_add(1, Ordering::Relaxed);
        let operation = operation();
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(operation, took_ms, "the database was slow");
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// `<SqliteStore as Grants>::grant<'_>::{{closure}}::{{closure}}` was written in `grant`.
pub(crate) fn method(type_name: &str) -> &str {
    let path = type_name.split("::{{closure}}").next().unwrap_or(type_name);
    let path = without_parameters(path);
    path.rsplit("::").next().unwrap_or(path)
}

/// A path without the parameters that its last part has in angle brackets.
fn without_parameters(path: &str) -> &str {
    let mut depth = 0;
    for (at, character) in path.char_indices().rev() {
        match character {
            '>' => depth += 1,
            '<' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let end = if character == '<' { at } else { path.len() };
            return path[..end].trim_end_matches("::");
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of<Work: FnOnce()>(_: Work) -> &'static str {
        method(std::any::type_name::<Work>())
    }

    #[test]
    fn a_closure_has_the_name_of_its_method() {
        assert_eq!(name_of(|| ()), "a_closure_has_the_name_of_its_method");
        let outer = || name_of(|| ());
        let nested = outer();
        assert_eq!(nested, "a_closure_has_the_name_of_its_method");
    }

    #[test]
    fn parameters_are_no_part_of_a_name() {
        for type_name in [
            "credentials",
            "store::Sqlite::credentials",
            "<store::Sqlite as store::Members>::credentials::{{closure}}::{{closure}}",
            "<store::Sqlite as store::Members>::credentials<'_, '_>::{{closure}}",
            "store::credentials<a::B<c::D>, e::F>::{{closure}}<g::H>::{{closure}}",
        ] {
            assert_eq!(method(type_name), "credentials", "{type_name}");
        }
    }

    #[test]
    fn only_what_is_slower_is_noticed() {
        let log = SlowLog::default();
        let long_ago = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        log.log_if_slow::<()>(long_ago);
        assert_eq!(log.noticed(), 0, "nobody asked yet");
        log.set(Duration::from_millis(200));
        log.log_if_slow::<()>(long_ago);
        log.log_if_slow::<()>(Instant::now());
        assert_eq!(log.noticed(), 1);
    }
}
