//! A copy that is given up on its way.

use std::future::poll_fn;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, mpsc};
use std::task::Poll;

use latchkey_storage_sql::copy::{CopyProgress, Place, Source, Target, copy};
use latchkey_storage_sql::postgres::PostgresStore;
use latchkey_testing::postgres::database;

use super::{Files, pg, run, sqlite};

#[test]
fn a_copy_that_is_given_up_leaves_nothing() {
    // With one blocking thread, the task that keeps it busy decides where a copy has to wait.
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .unwrap()
        .block_on(give_up_and_copy_again());
}

async fn give_up_and_copy_again() {
    let files = Files::new();
    let from = Place::Sqlite(files.lived_in("first.db").await);
    let (url, file) = (database(), files.path("new.db"));
    for place in [pg(&url), sqlite(&file)] {
        give_up_after(10, &from, &place).await;
    }
    assert!(
        !PostgresStore::is_initialized(&url.parse().unwrap())
            .await
            .unwrap()
    );
    assert!(!file.exists());
    let mut left = files.names();
    left.retain(|name| name.contains(".new"));
    assert_eq!(left, Vec::<String>::new());
    // And is no hindrance to the next.
    run(&from, &pg(&url)).await.unwrap();
    run(&from, &sqlite(&file)).await.unwrap();
}

/// Drops a copy once that many tables are written, as when the process is told to stop.
async fn give_up_after(tables: u32, from: &Place, place: &Place) {
    let source = Source::open(from).await.unwrap();
    let target = Target::open(place).await.unwrap();
    let told = AtomicU32::new(0);
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(Some(released));
    let tell = |_: CopyProgress<'_>| {
        if told.fetch_add(1, Ordering::Relaxed) + 1 == tables {
            // The next rows are read behind this, which ends when the copy is gone.
            let released = released.lock().unwrap().take().unwrap();
            drop(tokio::task::spawn_blocking(move || released.recv()));
        }
    };
    let enough = poll_fn(|context| {
        context.waker().wake_by_ref();
        if told.load(Ordering::Relaxed) < tables {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    });
    tokio::select! {
        biased;
        () = enough => {}
        _ = copy(&source, target, None, None, &tell) => panic!("it was to be given up"),
    }
    assert_eq!(told.load(Ordering::Relaxed), tables);
    drop(release);
}
