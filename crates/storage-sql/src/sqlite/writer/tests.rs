use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use rusqlite::Connection;

use super::*;
use crate::DriverResult;

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>;

fn writer() -> Arc<Writer> {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch("CREATE TABLE t (n INTEGER UNIQUE) STRICT")
        .unwrap();
    Arc::new(Writer::start(Held::new(connection)).unwrap())
}

/// Hands `work` to the writer now; the answer may be awaited later.
fn hand_over<T, W>(writer: &Arc<Writer>, work: W) -> Answer<T>
where
    T: Send + 'static,
    W: FnOnce(&Held) -> Result<T, StoreError> + Send + 'static,
{
    let writer = Arc::clone(writer);
    let mut answer: Answer<T> = Box::pin(async move { writer.write(work).await });
    assert!(matches!(
        answer.as_mut().poll(&mut Context::from_waker(Waker::noop())),
        Poll::Pending
    ));
    answer
}

fn insert(n: i64) -> impl FnOnce(&Held) -> Result<i64, StoreError> + Send + 'static {
    move |connection| {
        connection
            .lock()
            .execute("INSERT INTO t VALUES (?1)", [n])
            .or_store_error()?;
        Ok(n)
    }
}

async fn rows(writer: &Writer) -> Vec<i64> {
    writer
        .write(|connection| {
            let connection = connection.lock();
            let mut statement = connection
                .prepare("SELECT n FROM t ORDER BY n")
                .or_store_error()?;
            statement
                .query_map([], |row| row.get(0))
                .or_store_error()?
                .collect::<Result<_, _>>()
                .or_store_error()
        })
        .await
        .unwrap()
}

/// Holds the writer inside a transaction until the sender is dropped, so that what is handed over meanwhile becomes one
/// batch with it.
fn hold(writer: &Arc<Writer>) -> (std::sync::mpsc::Sender<()>, Answer<()>) {
    let (release, released) = channel::<()>();
    let held = hand_over(writer, move |_| {
        let _ = released.recv();
        Ok(())
    });
    (release, held)
}

#[tokio::test]
async fn a_job_that_fails_or_panics_undoes_itself_alone() {
    let writer = writer();
    let (release, held) = hold(&writer);
    let first = hand_over(&writer, insert(1));
    let fails = hand_over(&writer, |connection| {
        connection
            .lock()
            .execute("INSERT INTO t VALUES (20)", [])
            .or_store_error()?;
        insert(1)(connection)
    });
    let panics = hand_over(&writer, |connection| -> Result<(), StoreError> {
        connection
            .lock()
            .execute("INSERT INTO t VALUES (30)", [])
            .or_store_error()?;
        panic!("on purpose")
    });
    let last = hand_over(&writer, insert(4));
    drop(release);

    held.await.unwrap();
    assert_eq!(first.await.unwrap(), 1);
    assert!(fails.await.unwrap_err().to_string().contains("UNIQUE"));
    assert!(panics.await.unwrap_err().to_string().contains("on purpose"));
    assert_eq!(last.await.unwrap(), 4);
    assert_eq!(rows(&writer).await, [1, 4]);
}

#[tokio::test]
async fn the_first_job_that_fails_or_panics_undoes_itself_alone() {
    let writer = writer();
    let (released, waits) = channel::<()>();
    let fails = hand_over(&writer, move |connection| {
        let _ = waits.recv();
        insert(1)(connection)?;
        insert(1)(connection)
    });
    let panics = hand_over(&writer, |connection| -> Result<(), StoreError> {
        insert(2)(connection)?;
        panic!("on purpose")
    });
    let kept = hand_over(&writer, insert(3));
    let fails_too = hand_over(&writer, insert(3));
    drop(released);

    assert!(fails.await.unwrap_err().to_string().contains("UNIQUE"));
    assert!(panics.await.unwrap_err().to_string().contains("on purpose"));
    assert_eq!(kept.await.unwrap(), 3);
    assert!(fails_too.await.unwrap_err().to_string().contains("UNIQUE"));
    assert_eq!(rows(&writer).await, [3]);
}

#[tokio::test]
async fn many_jobs_share_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER UNIQUE) STRICT")
        .unwrap();
    let writer = Arc::new(Writer::start(Held::new(connection)).unwrap());
    let seen_from_outside = move || -> i64 {
        Connection::open(&path)
            .unwrap()
            .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
            .unwrap()
    };

    let (release, held) = hold(&writer);
    let answers: Vec<Answer<i64>> = (0..100).map(|n| hand_over(&writer, insert(n))).collect();
    let outside = seen_from_outside.clone();
    let before_the_commit = hand_over(&writer, move |_| Ok(outside()));
    drop(release);

    held.await.unwrap();
    for answer in answers {
        answer.await.unwrap();
        assert_eq!(
            seen_from_outside(),
            100,
            "an answer means that the whole batch is on disk"
        );
    }
    assert_eq!(
        before_the_commit.await.unwrap(),
        0,
        "nothing is visible while the batch runs"
    );
}

#[tokio::test]
async fn a_commit_that_fails_is_an_error_for_every_job_of_the_batch() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = ON; CREATE TABLE t (n INTEGER UNIQUE) STRICT;
             CREATE TABLE child (n INTEGER REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED) STRICT",
        )
        .unwrap();
    let writer = Arc::new(Writer::start(Held::new(connection)).unwrap());
    let (release, held) = hold(&writer);
    let good = hand_over(&writer, insert(1));
    // A deferred key is only checked by COMMIT, which then fails.
    let bad = hand_over(&writer, |connection| {
        connection
            .lock()
            .execute("INSERT INTO child VALUES (9)", [])
            .or_store_error()
    });
    drop(release);

    assert!(held.await.is_err() && bad.await.is_err());
    assert!(good.await.unwrap_err().to_string().contains("FOREIGN KEY"));
    assert!(
        rows(&writer).await.is_empty(),
        "nothing stays, and the writer goes on"
    );
}

#[tokio::test]
async fn dropping_the_writer_finishes_what_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("CREATE TABLE t (n INTEGER UNIQUE) STRICT")
        .unwrap();
    let writer = Arc::new(Writer::start(Held::new(connection)).unwrap());
    // These answers are not awaited.
    for n in 0..50 {
        drop(hand_over(&writer, insert(n)));
    }
    drop(Arc::into_inner(writer).unwrap());
    let kept: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 50);
}
