//! Counts the bytes that a request reads and writes while it runs. An answer stops at the limit, and large answers wait
//! for each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{QueryPathSegment, ServerError, ServerResult, Value};
use latchkey_domain::limits::{MAX_ANSWER_BYTES, MAX_LARGE_ANSWERS, MAX_READ_BYTES, SMALL_ANSWER_BYTES};
use latchkey_storage::StoreError;
use tokio::sync::{Mutex, OnceCell, OwnedSemaphorePermit, Semaphore};

/// Room for large answers.
#[derive(Clone)]
pub(crate) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_LARGE_ANSWERS)))
    }
}

/// The reserved room of a large answer. Keep it until the answer has been sent.
#[derive(Debug)]
pub struct Held(#[allow(dead_code)] Arc<OwnedSemaphorePermit>);

/// The bytes of one request so far, for all queries of a batch.
pub(crate) struct Meter {
    room: Room,
    held: OnceCell<Arc<OwnedSemaphorePermit>>,
    read: AtomicUsize,
    answered: AtomicUsize,
    is_full: AtomicBool,
    /// Held while rows are read, so that two reads do not each use the whole remaining limit.
    turn: Mutex<()>,
}

impl Meter {
    pub(crate) fn new(room: &Room) -> Self {
        Self {
            room: room.clone(),
            held: OnceCell::new(),
            read: AtomicUsize::new(0),
            answered: AtomicUsize::new(0),
            is_full: AtomicBool::new(false),
            turn: Mutex::new(()),
        }
    }

    /// Whether the request exceeded a limit.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// The bytes of the answer so far.
    pub(crate) fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// The reserved room of a large answer, for its sender to keep.
    pub(crate) fn held(&self) -> Option<Held> {
        self.held.get().cloned().map(Held)
    }

    /// Waits until this request may become large.
    async fn grow(&self) -> Result<(), StoreError> {
        let room = || async { Arc::clone(&self.room.0).acquire_owned().await.map(Arc::new) };
        self.held
            .get_or_try_init(room)
            .await
            .map(|_| ())
            .map_err(|_| StoreError::Closed)
    }

    fn fill(&self) -> StoreError {
        self.is_full.store(true, Ordering::Relaxed);
        StoreError::TooLarge(MAX_READ_BYTES)
    }

    /// Reads rows. `ask` takes the most bytes to read, and `bytes` returns the size of the result.
    pub(crate) async fn read<T, F>(
        &self,
        ask: impl Fn(usize) -> F + Send + Sync,
        bytes: impl Fn(&T) -> usize + Send + Sync,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        let _turn = self.turn.lock().await;
        let before = self.read.load(Ordering::Relaxed);
        if before > MAX_READ_BYTES {
            return Err(self.fill());
        }
        let small = SMALL_ANSWER_BYTES.saturating_sub(before);
        let mut found = Err(StoreError::TooLarge(small));
        if small > 0 && !self.held.initialized() {
            found = ask(small).await;
        }
        if let Err(StoreError::TooLarge(_)) = found {
            self.grow().await?;
            found = ask(MAX_READ_BYTES - before).await;
        }
        if let Err(StoreError::TooLarge(_)) = found {
            return Err(self.fill());
        }
        let found = found?;
        self.read.fetch_add(bytes(&found), Ordering::Relaxed);
        Ok(found)
    }

    /// Waits until there is room for another field of the answer.
    async fn make_room(&self) -> Result<(), StoreError> {
        if self.is_full() {
            return Err(StoreError::TooLarge(MAX_ANSWER_BYTES));
        }
        if self.answered() > SMALL_ANSWER_BYTES && !self.held.initialized() {
            self.grow().await?;
        }
        Ok(())
    }

    /// Counts bytes of the answer. Returns whether it is too large now.
    fn add(&self, bytes: usize) -> bool {
        let before = self.answered.fetch_add(bytes, Ordering::Relaxed);
        let is_full = before.saturating_add(bytes) > MAX_ANSWER_BYTES;
        if is_full {
            self.is_full.store(true, Ordering::Relaxed);
        }
        is_full
    }
}

/// Counts each field of an answer as it is resolved.
pub(crate) struct AnswerMeter;

impl ExtensionFactory for AnswerMeter {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for AnswerMeter {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let Some(meter) = ctx.data_opt::<Arc<Meter>>() else {
            return next.run(ctx, info).await;
        };
        let position = info.field.name.pos;
        let refused = || ServerError::new("the answer is too large", Some(position));
        meter.make_room().await.map_err(|_| refused())?;
        let name = match info.path_node.segment {
            // `"name":` and a comma.
            QueryPathSegment::Name(name) => name.len() + 4,
            QueryPathSegment::Index(_) => 1,
        };
        let value = next.run(ctx, info).await?;
        if meter.add(name + value.as_ref().map_or(4, written)) {
            return Err(refused());
        }
        Ok(value)
    }
}

/// The size of a value in JSON, without the values inside it, which are already counted.
fn written(value: &Value) -> usize {
    match value {
        Value::Null | Value::Boolean(_) => 5,
        Value::Number(number) => number.to_string().len(),
        Value::String(text) => quoted(text),
        Value::Enum(name) => name.len() + 2,
        Value::Binary(bytes) => bytes.len() * 4,
        Value::List(_) | Value::Object(_) => 2,
    }
}

/// The size of a text in JSON.
fn quoted(text: &str) -> usize {
    let escapes = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 1,
        0..=31 => 5,
        _ => 0,
    };
    2 + text.len() + text.bytes().map(escapes).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_counted_as_they_are_written() {
        for text in ["", "abc", "\"\\\n\r\t", "\u{1}\u{8}\u{c}\u{1f}\u{7f}", "日本 é"] {
            assert_eq!(
                quoted(text),
                serde_json::to_string(text).unwrap().len(),
                "{text:?}"
            );
        }
    }

    /// Returns the size of a test result.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    fn bytes(found: &usize) -> usize {
        *found
    }

    /// A list of `size` bytes.
    fn list(size: usize, most: usize) -> std::future::Ready<Result<usize, StoreError>> {
        std::future::ready(if size > most {
            Err(StoreError::TooLarge(most))
        } else {
            Ok(size)
        })
    }

    #[tokio::test]
    async fn small_reads_take_no_room_and_large_ones_wait_for_it() {
        let room = Room::default();
        let small = Meter::new(&room);
        assert_eq!(small.read(|most| list(1_000, most), bytes).await.unwrap(), 1_000);
        assert_eq!(room.0.available_permits(), MAX_LARGE_ANSWERS);
        let large: Vec<Meter> = (0..MAX_LARGE_ANSWERS).map(|_| Meter::new(&room)).collect();
        for meter in &large {
            meter
                .read(|most| list(2 * SMALL_ANSWER_BYTES, most), bytes)
                .await
                .unwrap();
        }
        assert_eq!(room.0.available_permits(), 0);
        let late = Meter::new(&room);
        let mut waiting = Box::pin(late.read(|most| list(2 * SMALL_ANSWER_BYTES, most), bytes));
        assert!(futures_poll(&mut waiting).is_none());
        // Small ones continue.
        small.read(|most| list(1_000, most), bytes).await.unwrap();
        drop(large);
        waiting.await.unwrap();
        assert!(late.held().is_some() && small.held().is_none());
    }

    /// Polls once.
    fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::Pin::new(future).poll(&mut context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn nothing_is_read_beyond_the_limit() {
        let meter = Meter::new(&Room::default());
        meter
            .read(|most| list(MAX_READ_BYTES - 10, most), bytes)
            .await
            .unwrap();
        assert!(meter.read(|most| list(11, most), bytes).await.is_err());
        assert!(meter.is_full());
    }
}
