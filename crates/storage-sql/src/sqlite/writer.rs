//! The one writer. A thread owns the only connection that writes; what is to be written reaches it through a channel
//! and is committed together (group commit): while the disk confirms one transaction, the next fills up, so that many
//! callers share the cost of one confirmation. No caller is answered before it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use tokio::sync::oneshot;

use super::connection::may_pass;
use super::statements::Held;
use latchkey_storage::{Histogram, HistogramReading, StoreError};

/// The most jobs in one transaction, so that the first of them does not wait long for the last.
const MOST_IN_ONE_COMMIT: usize = 256;

/// The way to the writer's thread. Dropping it finishes what was asked for and closes the connection.
pub(super) struct Writer {
    counts: Arc<Counts>,
    /// `None` only while it is dropped.
    jobs: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread counts.
#[derive(Debug, Default)]
pub(super) struct Counts {
    commits: AtomicU64,
    asked: AtomicU64,
    answered: AtomicU64,
    took: Histogram,
}

impl Counts {
    /// How much was written, or refused while it was.
    pub(super) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// How much was handed over and is not answered yet.
    pub(super) fn waiting(&self) -> u64 {
        self.asked.load(Ordering::Relaxed).saturating_sub(self.answered())
    }

    /// How long transactions took.
    pub(super) fn took(&self) -> HistogramReading {
        self.took.read()
    }
}

impl Writer {
    /// Starts the thread, which owns `connection`.
    pub(super) fn start(connection: Held) -> Result<Self, StoreError> {
        let (jobs, queue) = channel();
        let counts = Arc::new(Counts::default());
        let counted = Arc::clone(&counts);
        let thread = thread::Builder::new()
            .name("latchkey-writer".to_owned())
            .spawn(move || write_until_closed(&connection, &queue, &counted))
            .map_err(|error| {
                StoreError::Open(format!(
                    "cannot start the thread that writes: {error}; allow more threads"
                ))
            })?;
        Ok(Self {
            counts,
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// How many transactions were committed. It counts one before it is reported.
    pub(super) fn commits(&self) -> u64 {
        self.counts.commits.load(Ordering::Acquire)
    }

    /// What was counted.
    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Does `work` in a transaction, and answers when it is on the disk. An error undoes this work alone. Work that was
    /// handed over is done even if the caller stops waiting for it.
    pub(super) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Held) -> Result<T, StoreError> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let job = Box::new(Task {
            work: Some(work),
            outcome: None,
            caller,
        });
        // Before it is sent: what is answered was asked for.
        self.counts.asked.fetch_add(1, Ordering::Relaxed);
        self.jobs
            .as_ref()
            .ok_or(StoreError::Closed)?
            .send(job)
            .map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The channel closes once it is empty, and with it the thread's loop.
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes had panicked");
        }
    }
}

/// A write, of any answer.
trait Job: Send {
    /// Does the work; whether it is to be kept.
    fn run(&mut self, connection: &Held) -> bool;

    /// Answers the caller. `lost` says why the transaction is not on the disk, if it is not.
    fn answer(self: Box<Self>, lost: Option<&Lost>);
}

/// Why a transaction is not on the disk, for each of those who wanted something in it.
struct Lost {
    why: String,
    may_pass: bool,
}

impl Lost {
    fn to_error(&self) -> StoreError {
        let why = self.why.clone().into();
        if self.may_pass {
            StoreError::Unavailable(why)
        } else {
            StoreError::Database(why)
        }
    }
}

struct Task<T, W> {
    work: Option<W>,
    outcome: Option<Result<T, StoreError>>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Job for Task<T, W>
where
    T: Send,
    W: FnOnce(&Held) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, connection: &Held) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        // Safe to go on after a panic: the connection is rolled back to where the work began.
        let outcome = catch_unwind(AssertUnwindSafe(|| work(connection))).unwrap_or_else(|panic| {
            let message = panic_message(panic.as_ref());
            tracing::error!(message, "an operation of the database panicked");
            Err(StoreError::Database(
                format!("the operation panicked: {message}").into(),
            ))
        });
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, lost: Option<&Lost>) {
        let lost = lost.map(|lost| Err(lost.to_error()));
        let answer = match (self.outcome, lost) {
            (Some(Err(own)), _) => Err(own),
            (_, Some(lost)) => lost,
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(StoreError::Closed),
        };
        // A caller that stopped waiting gets no answer.
        let _ = self.caller.send(answer);
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("?")
}

fn write_until_closed(connection: &Held, queue: &Receiver<Box<dyn Job>>, counts: &Counts) {
    while let Ok(first) = queue.recv() {
        let began = Instant::now();
        let mut batch = vec![first];
        let lost = commit_together(connection, &mut batch, queue).err().map(|error| {
            roll_back(connection);
            tracing::error!(%error, jobs = batch.len(), "a transaction was not committed");
            Lost {
                why: error.to_string(),
                may_pass: may_pass(&error),
            }
        });
        // Also when it may not have been: what is remembered of the rows is worth nothing then.
        counts.commits.fetch_add(1, Ordering::Release);
        counts.took.observe(began.elapsed());
        counts.answered.fetch_add(batch.len() as u64, Ordering::Relaxed);
        for job in batch {
            job.answer(lost.as_ref());
        }
    }
}

/// Runs the first job and all that wait behind it, and commits once.
fn commit_together(
    connection: &Held,
    batch: &mut Vec<Box<dyn Job>>,
    queue: &Receiver<Box<dyn Job>>,
) -> rusqlite::Result<()> {
    // IMMEDIATE takes the lock now, waiting for another process if need be, so that no job is refused half-way.
    execute(connection, "BEGIN IMMEDIATE")?;
    let mut done = 0;
    let mut is_empty = true;
    while let Some(job) = batch.get_mut(done) {
        if is_empty {
            is_empty = !run_first(connection, job.as_mut())?;
        } else {
            run_alone(connection, job.as_mut())?;
        }
        done += 1;
        if done < MOST_IN_ONE_COMMIT {
            batch.extend(queue.try_recv());
        }
    }
    execute(connection, "COMMIT")
}

/// Runs a job of a transaction in which nothing was done so far; whether it is to be kept. Its failure undoes the whole
/// transaction, which saves the copies that a savepoint makes of what is overwritten.
fn run_first(connection: &Held, job: &mut dyn Job) -> rusqlite::Result<bool> {
    let keep = job.run(connection);
    if !keep {
        roll_back(connection);
        execute(connection, "BEGIN IMMEDIATE")?;
    }
    Ok(keep)
}

/// Runs a job so that its failure undoes nothing but itself. Some errors (a full disk) make `SQLite` undo the whole
/// transaction; then the savepoint is gone, and saying so is an error for all.
fn run_alone(connection: &Held, job: &mut dyn Job) -> rusqlite::Result<()> {
    execute(connection, "SAVEPOINT job")?;
    if !job.run(connection) {
        execute(connection, "ROLLBACK TO job")?;
    }
    execute(connection, "RELEASE job")
}

fn roll_back(connection: &Held) {
    if !connection.lock().is_autocommit()
        && let Err(error) = execute(connection, "ROLLBACK")
    {
        tracing::error!(%error, "a transaction could not be rolled back");
    }
}

fn execute(connection: &Held, sql: &str) -> rusqlite::Result<()> {
    connection.lock().prepare_cached(sql)?.execute([]).map(|_| ())
}

#[cfg(test)]
mod tests;
