//! How often a member may change their account and upload pictures. What a member repeats costs processor time, and each
//! change leaves an entry in the audit trail, which is kept forever.
//!
//! The counts are in memory: each node counts for itself, and a restart forgets them. They only have to stop what goes on and on.

use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, Method};
use latchkey_domain::{Member, MemberId, Timestamp, TokenBucket, TokenBuckets, limits};
use latchkey_headless::whole_seconds;

use super::failure::Failure;
use super::session::{MaybeSignedIn, SignedIn};
use super::state::AppState;

/// Members who are remembered, for each thing that they did.
const REMEMBERED: usize = 10_000;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Act {
    Change,
    Upload,
}

/// Counts what members do.
pub struct Pace(TokenBuckets<(MemberId, Act)>);

impl Default for Pace {
    fn default() -> Self {
        Self(TokenBuckets::new(REMEMBERED))
    }
}

impl Pace {
    /// Counts a picture that `member` uploads, or says how long to wait. Hosts upload the logos of applications, too.
    pub(super) fn upload(&self, member: &Member, now: Timestamp) -> Result<(), Duration> {
        let most = if member.role.is_host() {
            limits::UPLOADS_OF_HOST
        } else {
            limits::UPLOADS_OF_MEMBER
        };
        self.take(member, Act::Upload, most, now)
    }

    /// Counts a change of `member`'s account, or says how long to wait.
    fn change(&self, member: &Member, now: Timestamp) -> Result<(), Duration> {
        self.take(member, Act::Change, limits::ACCOUNT_CHANGES, now)
    }

    fn take(&self, member: &Member, act: Act, most: u64, now: Timestamp) -> Result<(), Duration> {
        self.0
            .take((member.id, act), TokenBucket::new(most, HOUR), 1, now)
    }
}

/// The forms that are counted: those below `/account`, but for those that end something, of which there is only so much.
fn is_counted(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() == Method::POST
        && path.starts_with("/account/")
        && !["/account/sessions/", "/account/connected-apps/"]
            .iter()
            .any(|ending| path.starts_with(ending))
}

/// Refuses a change of somebody who made too many.
pub(super) async fn of_changes(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !is_counted(&request) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let visitor = MaybeSignedIn::from_request_parts(&mut parts, &state).await;
    // The handler answers those who are signed out, and those who cannot be looked up now.
    if let Ok(MaybeSignedIn(Some(SignedIn { member, .. }))) = visitor
        && let Err(wait) = state.pace.change(&member, state.instance.clock.now())
    {
        return retry_after(wait, Failure::TooOften.into_response());
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Says how long to wait.
pub(super) fn retry_after(wait: Duration, mut response: Response) -> Response {
    let seconds = HeaderValue::from(whole_seconds(wait));
    response.headers_mut().insert(RETRY_AFTER, seconds);
    response
}
