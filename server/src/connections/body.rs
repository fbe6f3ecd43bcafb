//! The bodies of a request and its response, as the connection sees them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use thiserror::Error;
use tokio::time::{Instant, Sleep};

use super::Timeouts;
use super::patience::Patience;
use super::progress::Progress;

/// The client sent its body so slowly that the server gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the body of the request did not arrive in time")]
pub struct TooSlow;

/// The body of a request. It fails with [`TooSlow`] when the client takes too long.
pub(super) struct RequestBody {
    inner: Incoming,
    activity: Arc<Progress>,
    patience: Patience,
    sleep: Option<Pin<Box<Sleep>>>,
    ended: bool,
}

impl RequestBody {
    pub(super) fn new(inner: Incoming, activity: Arc<Progress>, timeouts: &Timeouts) -> Self {
        Self {
            ended: inner.is_end_stream(),
            inner,
            activity,
            patience: Patience::new(timeouts.body, timeouts.rate),
            sleep: None,
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) {
            let bytes = match &frame {
                Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
                Some(Err(_)) | None => 0,
            };
            this.patience.transferred(bytes, Instant::now());
            this.activity.body_arrived();
            this.ended = !matches!(frame, Some(Ok(_))) || this.inner.is_end_stream();
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        this.activity.awaits_body();
        let end = this.patience.wait(Instant::now());
        let sleep = this
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        if sleep.deadline() != end {
            sleep.as_mut().reset(end);
        }
        ready!(sleep.as_mut().poll(cx));
        Poll::Ready(Some(Err(TooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if !self.ended {
            self.activity.leaves_body();
        }
    }
}

/// A response that is not sent completely. When it is dropped, the server waits for the next request.
pub(super) struct Answering(pub(super) Arc<Progress>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answered();
    }
}
