//! Waiting for a future where nothing can be awaited, also within a test's own runtime.

use std::sync::OnceLock;
use std::thread;

use tokio::runtime::{Builder, Runtime};

/// The outcome of `future`, on a runtime that lives as long as the process: connections that are opened in it stay good.
///
/// # Panics
/// If the future does.
pub fn block_on<T: Send>(future: impl Future<Output = T> + Send) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime starts")
    });
    // A thread that runs a runtime must not block on another.
    thread::scope(|scope| scope.spawn(|| runtime.block_on(future)).join()).expect("the future does not panic")
}
