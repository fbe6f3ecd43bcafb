//! Reads bodies, with a limit for each and one for all together.

use std::error::Error;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use latchkey_domain::limits;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::failure::Failure;
use crate::connections::TooSlow;

/// The bytes reserved at a time.
const STEP: usize = 16 * 1024;

/// The memory for bodies while they arrive and are processed, beyond a small amount for each.
#[derive(Clone, Debug)]
pub struct BodyMemory(Arc<Semaphore>);

impl BodyMemory {
    /// Allows this many bytes for all bodies.
    pub fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / STEP)))
    }

    /// Reads a body of at most `limit` bytes. Dropping the returned value frees its memory for others.
    pub(super) async fn read(&self, mut body: Body, limit: usize) -> Result<Bytes, BodyError> {
        // Skips reading a body whose declared length is too large.
        if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
            return Err(BodyError::TooLarge);
        }
        let mut held = Held {
            bytes: Vec::new(),
            reserved: Vec::new(),
        };
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| BodyError::of(&error))?;
            let Ok(data) = frame.into_data() else { continue };
            if held.bytes.len() + data.len() > limit {
                return Err(BodyError::TooLarge);
            }
            held.reserve(data.len(), &self.0)?;
            held.bytes.extend_from_slice(&data);
        }
        Ok(Bytes::from_owner(held))
    }
}

impl Default for BodyMemory {
    fn default() -> Self {
        Self::of(limits::BODIES_BYTES)
    }
}

struct Held {
    bytes: Vec<u8>,
    reserved: Vec<OwnedSemaphorePermit>,
}

impl Held {
    /// Reserves memory for `more` bytes.
    fn reserve(&mut self, more: usize, memory: &Arc<Semaphore>) -> Result<(), BodyError> {
        let needed = (self.bytes.len() + more).saturating_sub(limits::SMALL_BODY_BYTES);
        while self.reserved.len() * STEP < needed {
            let permit = memory.clone().try_acquire_owned().map_err(|_| BodyError::Busy)?;
            self.reserved.push(permit);
        }
        Ok(())
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyError {
    /// It exceeds the limit.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// Too many other bodies are being read.
    Busy,
    /// It ended early.
    Broken,
}

impl BodyError {
    fn of(error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.is::<TooSlow>() {
                return Self::TooSlow;
            }
            cause = error.source();
        }
        Self::Broken
    }

    /// The HTTP status.
    pub(super) fn status(self) -> StatusCode {
        Failure::from(self).status()
    }

    /// The message for integrators, given a limit of `limit` bytes.
    pub(super) fn message(self, limit: usize) -> String {
        match self {
            Self::TooLarge => format!(
                "the request is larger than this endpoint accepts: {} KiB",
                limit / 1024
            ),
            Self::TooSlow => {
                "the body of the request did not arrive in time; send it without pauses".to_owned()
            }
            Self::Busy => "the server is receiving too many requests; try again in a few seconds".to_owned(),
            Self::Broken => {
                "the body of the request is incomplete; send as many bytes as Content-Length says".to_owned()
            }
        }
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::TooSlow => Self::TooSlow,
            BodyError::Busy => Self::Unavailable,
            BodyError::Broken => Self::BadRequest,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;

    use super::*;

    fn chunks(chunks: &'static [&'static str]) -> Body {
        Body::from_stream(stream::iter(
            chunks
                .iter()
                .map(|chunk| Ok::<_, Infallible>(Bytes::from_static(chunk.as_bytes()))),
        ))
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        let memory = BodyMemory::default();
        assert_eq!(memory.read(chunks(&["ab", "", "c"]), 3).await.unwrap(), "abc");
        assert_eq!(
            memory.read(chunks(&["ab", "cd"]), 3).await,
            Err(BodyError::TooLarge)
        );
        assert_eq!(memory.read(Body::from("abcd"), 3).await, Err(BodyError::TooLarge));
        assert_eq!(memory.read(Body::empty(), 0).await.unwrap(), "");
    }

    #[tokio::test]
    async fn all_bodies_together_have_a_limit_and_small_ones_always_have_room() {
        let memory = BodyMemory::of(STEP);
        let large = || Body::from(vec![0; limits::SMALL_BODY_BYTES + 1]);
        let small = || Body::from(vec![0; limits::SMALL_BODY_BYTES]);
        let first = memory.read(large(), 1 << 20).await.unwrap();
        assert_eq!(memory.read(large(), 1 << 20).await, Err(BodyError::Busy));
        assert!(memory.read(small(), 1 << 20).await.is_ok());
        drop(first);
        assert!(memory.read(large(), 1 << 20).await.is_ok());
    }

    #[tokio::test]
    async fn a_client_that_is_too_slow_is_told_from_one_that_went_away() {
        let memory = BodyMemory::default();
        let slow = Body::from_stream(stream::iter([Err::<Bytes, _>(TooSlow)]));
        assert_eq!(memory.read(slow, 3).await, Err(BodyError::TooSlow));
        let gone = Body::from_stream(stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]));
        assert_eq!(memory.read(gone, 3).await, Err(BodyError::Broken));
    }
}
