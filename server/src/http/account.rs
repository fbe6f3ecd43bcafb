//! `/account`: a member's own data and sessions.

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use latchkey_app::pages::{SessionRow, SessionsPage};
use latchkey_domain::{Actor, Member};
use latchkey_storage::{AuditAction, AuditEntry, SessionId};
use serde::Deserialize;

use super::failure::Failure;
use super::pages::{frame, visitor};
use super::session::{self, SignedIn};
use super::state::AppState;

/// The result of the last form, from the URL. Only fixed texts are shown, never any text from the URL.
#[derive(Deserialize)]
pub(super) struct Outcome {
    ended: Option<String>,
}

/// `/account` has no page of its own.
pub(super) async fn redirect() -> Redirect {
    Redirect::to("/account/sessions")
}

/// Shows where the member is signed in.
pub(super) async fn show(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(outcome): Query<Outcome>,
) -> Result<Response, Failure> {
    let sessions = state.instance.sessions.list(signed_in.member.id).await?;
    let rows = sessions.into_iter().map(|session| SessionRow {
        id: session.id.0,
        is_current: session.id == signed_in.session.id,
        user_agent: session.user_agent,
        address: session.address,
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
    });
    let notice = match outcome.ended.as_deref() {
        Some("one") => Some("The session has been ended."),
        Some("others") => Some("All other sessions have been ended."),
        _ => None,
    };
    let page = SessionsPage {
        frame: frame(&state).await?,
        visitor: visitor(&signed_in.member),
        sessions: rows.collect(),
        notice: notice.map(str::to_owned),
        now: state.instance.clock.now(),
    };
    Ok(Html(page.to_html()).into_response())
}

/// Ends one of the member's sessions. A missing one has already ended or is someone else's; the response does not say
/// which.
pub(super) async fn end_one(
    State(state): State<AppState>,
    SignedIn { member, session, by }: SignedIn,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let id = SessionId(id);
    if state.instance.sessions.end_one(member.id, id).await? {
        note_host(&state, &member, by, AuditAction::SessionEnded, "one").await?;
    }
    if id == session.id {
        let mut response = Redirect::to("/sign-in").into_response();
        session::clear(&mut response, &state);
        return Ok(response);
    }
    Ok(Redirect::to("/account/sessions?ended=one").into_response())
}

/// Ends all of the member's sessions except this one.
pub(super) async fn end_others(
    State(state): State<AppState>,
    SignedIn { member, session, by }: SignedIn,
) -> Result<Response, Failure> {
    let sessions = &state.instance.sessions;
    let ended = sessions.end_others(member.id, session.id).await?;
    if ended > 0 {
        let detail = format!("{ended}, all but the current one");
        note_host(&state, &member, by, AuditAction::SessionEnded, &detail).await?;
    }
    Ok(Redirect::to("/account/sessions?ended=others").into_response())
}

/// Adds an audit entry if the member is a host: others must be able to review what hosts do.
pub(super) async fn note_host(
    state: &AppState,
    member: &Member,
    by: Actor,
    action: AuditAction,
    detail: &str,
) -> Result<(), Failure> {
    if member.role.is_host() {
        let entry = AuditEntry {
            at: state.instance.clock.now(),
            actor: by,
            action,
            target: member.email.to_string(),
            detail: detail.to_owned(),
        };
        state.instance.store.note(entry).await?;
    }
    Ok(())
}
