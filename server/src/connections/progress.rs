//! What a connection is waiting for, and its deadline.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Timeouts;
use super::patience::Patience;

/// What the server waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Waiting {
    /// The head of a request.
    Head,
    /// The rest of a body.
    Body,
    /// The next request.
    Next,
    /// For the client to read its response.
    Reading,
}

/// The state of a connection, which its stream, its bodies and the list of all connections share.
#[derive(Debug)]
pub(super) struct Progress {
    state: Mutex<State>,
    timeouts: Timeouts,
    closing: Notify,
}

#[derive(Debug)]
struct State {
    /// `None` while a request is being processed.
    waiting: Option<Waiting>,
    since: Instant,
    writing: Patience,
    left_unread: bool,
}

impl Progress {
    /// A new connection.
    pub(super) fn new(timeouts: Timeouts) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: Some(Waiting::Head),
                since: Instant::now(),
                writing: Patience::new(timeouts.write, timeouts.rate),
                left_unread: false,
            }),
            timeouts,
            closing: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes arrived: between two requests, that is the start of the next head.
    pub(super) fn received(&self) {
        let mut state = self.state();
        if state.waiting == Some(Waiting::Next) {
            state.waiting = Some(Waiting::Head);
            state.since = Instant::now();
        }
    }

    /// A request's head is complete.
    pub(super) fn request(&self) {
        let mut state = self.state();
        state.waiting = None;
        state.since = Instant::now();
        state.left_unread = false;
    }

    /// The handler waits for the body.
    pub(super) fn awaits_body(&self) {
        self.state().waiting = Some(Waiting::Body);
    }

    /// A part of the body arrived.
    pub(super) fn body_arrived(&self) {
        let mut state = self.state();
        if state.waiting == Some(Waiting::Body) {
            state.waiting = None;
        }
    }

    /// The handler did not read the rest of the body.
    pub(super) fn leaves_body(&self) {
        self.body_arrived();
        self.state().left_unread = true;
    }

    /// Whether the client may still be sending a body that nobody reads.
    pub(super) fn left_unread(&self) -> bool {
        self.state().left_unread
    }

    /// The response was produced. It may not have been sent yet.
    pub(super) fn answered(&self) {
        let mut state = self.state();
        state.waiting = Some(Waiting::Next);
        state.since = Instant::now();
    }

    /// The client read this many bytes.
    pub(super) fn sent(&self, bytes: usize) {
        let mut state = self.state();
        let now = Instant::now();
        state.writing.transferred(bytes, now);
        if state.waiting == Some(Waiting::Next) {
            state.since = now;
        }
    }

    /// The client is not reading its response right now.
    pub(super) fn blocked(&self) {
        self.state().writing.wait(Instant::now());
    }

    /// When to close the connection if nothing happens; `None` while the server is working.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let state = self.state();
        let waits = match state.waiting {
            Some(Waiting::Head) => Some(state.since + self.timeouts.head),
            Some(Waiting::Next) => Some(state.since + self.timeouts.idle),
            // The body has its own timer, so that the client gets an answer.
            Some(Waiting::Body | Waiting::Reading) | None => None,
        };
        match (waits, state.writing.deadline()) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// What the server waits for and since when; `None` if the client waits for the server.
    pub(super) fn waits_for(&self) -> Option<(Waiting, Instant)> {
        let state = self.state();
        match (state.waiting, state.writing.waits_since()) {
            (Some(waiting), _) => Some((waiting, state.since)),
            (None, Some(since)) => Some((Waiting::Reading, since)),
            (None, None) => None,
        }
    }

    /// Closes the connection to make room.
    pub(super) fn close(&self) {
        self.closing.notify_one();
    }

    /// Waits until the connection has to close to make room.
    pub(super) async fn closed(&self) {
        self.closing.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HEAD: Duration = Duration::from_secs(10);
    const IDLE: Duration = Duration::from_secs(100);
    const WRITE: Duration = Duration::from_secs(20);

    fn activity() -> Progress {
        Progress::new(Timeouts {
            head: HEAD,
            idle: IDLE,
            write: WRITE,
            ..Timeouts::default()
        })
    }

    /// Whether the deadline is `time` from now, within the test's precision.
    fn is_in(activity: &Progress, time: Duration) -> bool {
        let left = activity.deadline().unwrap() - Instant::now();
        left <= time && left + Duration::from_secs(5) > time
    }

    #[test]
    fn each_wait_has_its_own_time() {
        let activity = activity();
        assert!(is_in(&activity, HEAD));
        activity.received();
        assert!(is_in(&activity, HEAD));
        activity.request();
        assert_eq!(activity.deadline(), None, "the server is at work");
        activity.awaits_body();
        assert_eq!(activity.deadline(), None, "the body has a clock of its own");
        activity.body_arrived();
        activity.answered();
        assert!(is_in(&activity, IDLE));
        // The next head starts.
        activity.received();
        assert!(is_in(&activity, HEAD));
    }

    #[test]
    fn an_answer_that_is_not_read_has_its_time_too() {
        let activity = activity();
        activity.request();
        activity.blocked();
        assert!(is_in(&activity, WRITE));
        assert_eq!(activity.waits_for().unwrap().0, Waiting::Reading);
        activity.sent(1);
        assert_eq!(activity.deadline(), None);
        assert_eq!(activity.waits_for(), None);
        // The rest of it is in the buffers when the handler finishes.
        activity.answered();
        activity.blocked();
        assert!(is_in(&activity, WRITE));
    }
}
