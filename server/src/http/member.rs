//! `/admin/members/{id}`: a member, and what a host does to them.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use latchkey_accounts::{AccountError, LINK_LIFETIME};
use latchkey_app::pages::{MemberPage, MemberProvider, NewLink, SessionRow};
use latchkey_domain::{Actor, Email, Member, MemberId, Role};
use latchkey_storage::{AuditFilter, LinkedAccount, Session, SessionId};
use serde::Deserialize;

use super::audit::row;
use super::failure::Failure;
use super::page_form::Form;
use super::pages::{scripted, scripted_frame, sentence, visitor};
use super::signed_in_host::SignedInHost;
use super::state::AppState;
use crate::invitations;

/// Entries of the audit trail on the page.
const ENTRIES: usize = 10;

/// How many entries are looked through for those about exactly this member.
const READ: u32 = 50;

/// The result of the last form, from the URL. Only fixed texts are shown, never any text from the URL.
#[derive(Deserialize)]
pub(super) struct Outcome {
    done: Option<String>,
}

/// What the page says besides.
#[derive(Default)]
struct Extra {
    link: Option<NewLink>,
    notice: Option<String>,
    error: Option<String>,
}

/// The page.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedInHost { host, .. }: SignedInHost,
    Path(id): Path<i64>,
    Query(outcome): Query<Outcome>,
) -> Result<Response, Failure> {
    let notice = match outcome.done.as_deref() {
        Some("role") => Some("The role is changed."),
        Some("suspend") => Some("The member is suspended and signed out everywhere."),
        Some("resume") => Some("The member can sign in again."),
        Some("mail") => Some("A mail with a link is on its way."),
        Some("mail-waits") => {
            Some("No mail was added: one waits to be sent, or the member got several within the last hour.")
        }
        Some("second-factor") => {
            Some("The second factor and the passkeys are removed, and the member is signed out everywhere.")
        }
        Some("picture") => Some("The picture is removed."),
        Some("session") => Some("The session has been ended."),
        Some("sessions") => Some("All sessions have been ended."),
        Some("app") => Some("The application is disconnected. Its tokens for this member no longer work."),
        Some("apps") => {
            Some("All applications are disconnected. Their tokens for this member no longer work.")
        }
        _ => None,
    };
    let extra = Extra {
        notice: notice.map(str::to_owned),
        ..Extra::default()
    };
    page(&state, &host, MemberId(id), extra).await
}

/// Makes a link, which is shown this once.
pub(super) async fn invite(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let member = find(&state, id).await?;
    invited(&state, &host, member, &by, "").await
}

/// Mails a link to the member.
pub(super) async fn mail_invitation(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    if !state.mailing.is_set_up() {
        return Err(Failure::BadRequest);
    }
    let member = find(&state, id).await?;
    match state.mailing.invite(&[member], &by).await {
        Ok(0) => Ok(back(id, "mail-waits")),
        Ok(_) => Ok(back(id, "mail")),
        Err(error) => refused(&state, &host, MemberId(id), error).await,
    }
}

/// A member's page with a new link to send.
pub(super) async fn invited(
    state: &AppState,
    host: &Member,
    member: Member,
    by: &Actor,
    notice: &str,
) -> Result<Response, Failure> {
    let until = state.instance.clock.now().plus(LINK_LIFETIME);
    let id = member.id;
    let extra = match state.instance.links.invite(vec![member], by).await {
        Ok(invitations) => Extra {
            link: invitations.first().map(|invitation| NewLink {
                address: invitations::address(invitation, &state.oauth.metadata().issuer),
                until,
            }),
            notice: Some(notice.to_owned()).filter(|notice| !notice.is_empty()),
            error: None,
        },
        Err(error) => return refused(state, host, id, error).await,
    };
    page(state, host, id, extra).await
}

#[derive(Deserialize)]
pub(super) struct RoleForm {
    role: String,
}

pub(super) async fn set_role(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    Path(id): Path<i64>,
    Form(form): Form<RoleForm>,
) -> Result<Response, Failure> {
    let role: Role = form.role.parse().map_err(|_| Failure::BadRequest)?;
    let email = find(&state, id).await?.email;
    let change = state.instance.roster.set_role(&email, role, &by).await;
    done(&state, &host, MemberId(id), change, "role").await
}

pub(super) async fn suspend(
    state: State<AppState>,
    host: SignedInHost,
    id: Path<i64>,
) -> Result<Response, Failure> {
    set_suspended(state, host, id, true).await
}

pub(super) async fn resume(
    state: State<AppState>,
    host: SignedInHost,
    id: Path<i64>,
) -> Result<Response, Failure> {
    set_suspended(state, host, id, false).await
}

async fn set_suspended(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    Path(id): Path<i64>,
    suspended: bool,
) -> Result<Response, Failure> {
    let email = find(&state, id).await?.email;
    let change = state.instance.roster.set_suspended(&email, suspended, &by).await;
    let what = if suspended { "suspend" } else { "resume" };
    done(&state, &host, MemberId(id), change, what).await
}

/// For a member whose phone is gone, with the recovery codes.
pub(super) async fn reset_second_factor(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let member = find(&state, id).await?;
    if member.id == host.id {
        return refused(&state, &host, member.id, AccountError::Yourself).await;
    }
    state.instance.second_factor.remove(&member, &by).await?;
    Ok(back(id, "second-factor"))
}

/// Takes away a picture that should not be seen.
pub(super) async fn remove_picture(
    State(state): State<AppState>,
    SignedInHost { by, .. }: SignedInHost,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let (store, now) = (&state.instance.store, state.instance.clock.now());
    if !store.set_picture(MemberId(id), None, &by, now).await? {
        return Err(Failure::NotFound);
    }
    Ok(back(id, "picture"))
}

pub(super) async fn remove(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let email = find(&state, id).await?.email;
    match state.instance.roster.remove(&email, &by).await {
        Ok(_) => Ok(Redirect::to("/admin/members?removed=1").into_response()),
        Err(error) => refused(&state, &host, MemberId(id), error).await,
    }
}

/// Ends nothing twice: a session that is not there has ended.
pub(super) async fn end_session(
    State(state): State<AppState>,
    SignedInHost { by, .. }: SignedInHost,
    Path((id, session)): Path<(i64, i64)>,
) -> Result<Response, Failure> {
    let (roster, session) = (&state.instance.roster, SessionId(session));
    roster.end_sessions(MemberId(id), Some(session), &by).await?;
    Ok(back(id, "session"))
}

pub(super) async fn end_all_sessions(
    State(state): State<AppState>,
    SignedInHost { by, .. }: SignedInHost,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let roster = &state.instance.roster;
    roster.end_sessions(MemberId(id), None, &by).await?;
    Ok(back(id, "sessions"))
}

/// Disconnects an application. Repeating it changes nothing.
pub(super) async fn revoke_app(
    State(state): State<AppState>,
    SignedInHost { caller, .. }: SignedInHost,
    Path((id, client_id)): Path<(i64, String)>,
) -> Result<Response, Failure> {
    let registrar = &state.instance.registrar;
    registrar
        .disconnect_member(&caller, &client_id, MemberId(id))
        .await?;
    Ok(back(id, "app"))
}

/// Disconnects all of them, one after the other.
pub(super) async fn revoke_all_apps(
    State(state): State<AppState>,
    SignedInHost { caller, .. }: SignedInHost,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let member = find(&state, id).await?;
    let registrar = &state.instance.registrar;
    for connection in state.oauth.connected_apps(&member).await? {
        let client_id = connection.application.client_id.to_string();
        registrar
            .disconnect_member(&caller, &client_id, member.id)
            .await?;
    }
    Ok(back(id, "apps"))
}

fn back(id: i64, done: &str) -> Response {
    Redirect::to(&format!("/admin/members/{id}?done={done}")).into_response()
}

async fn find(state: &AppState, id: i64) -> Result<Member, Failure> {
    let listed = state.instance.roster.find(MemberId(id)).await?;
    Ok(listed.ok_or(Failure::NotFound)?.member)
}

/// The page after a change, or the page that says why there was none.
async fn done(
    state: &AppState,
    host: &Member,
    id: MemberId,
    change: Result<Member, AccountError>,
    what: &str,
) -> Result<Response, Failure> {
    match change {
        Ok(_) => Ok(back(id.0, what)),
        Err(error) => refused(state, host, id, error).await,
    }
}

/// The page with an error that the host can mend.
async fn refused(
    state: &AppState,
    host: &Member,
    id: MemberId,
    error: AccountError,
) -> Result<Response, Failure> {
    let says_why = matches!(
        error,
        AccountError::LastHost(_) | AccountError::Yourself | AccountError::MemberSuspended(_)
    );
    if !says_why {
        return Err(match error {
            AccountError::NoSuchMember(_) => Failure::NotFound,
            error => error.into(),
        });
    }
    let extra = Extra {
        error: Some(sentence(&error.to_string())),
        ..Extra::default()
    };
    let page = page(state, host, id, extra).await?;
    Ok((StatusCode::CONFLICT, page).into_response())
}

async fn page(state: &AppState, host: &Member, id: MemberId, extra: Extra) -> Result<Response, Failure> {
    let listed = state.instance.roster.find(id).await?.ok_or(Failure::NotFound)?;
    let sessions = state.instance.sessions.list(id).await?;
    let profile = state.instance.store.sign_in_profile(id).await?;
    let ways = state.instance.store.ways_in(id).await?;
    let accounts = state.instance.store.linked_accounts(id).await?;
    let page = MemberPage {
        frame: scripted_frame(state, &["copy.js"]).await?,
        visitor: visitor(host),
        picture: profile.and_then(|profile| profile.picture.uploaded),
        is_visitor: listed.member.id == host.id,
        link: extra.link,
        has_mail: state.mailing.is_set_up(),
        has_password: ways.has_password,
        passkeys: usize::try_from(ways.passkeys).unwrap_or(usize::MAX),
        providers: accounts.into_iter().map(provider_row).collect(),
        sessions: sessions.into_iter().map(session_row).collect(),
        connections: state.oauth.connected_apps(&listed.member).await?,
        history: history(state, &listed.member.email).await?,
        notice: extra.notice,
        error: extra.error,
        now: state.instance.clock.now(),
        listed,
    };
    Ok(scripted(StatusCode::OK, page.to_html()))
}

fn provider_row(account: LinkedAccount) -> MemberProvider {
    MemberProvider {
        name: account.provider.spec.name.to_string(),
        label: account.label,
    }
}

fn session_row(session: Session) -> SessionRow {
    SessionRow {
        id: session.id.0,
        is_current: false,
        user_agent: session.user_agent,
        address: session.address,
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
    }
}

/// The newest entries about the account. The trail is searched for the email, which can be a part of another one.
async fn history(state: &AppState, email: &Email) -> Result<Vec<latchkey_app::pages::AuditRow>, Failure> {
    let filter = AuditFilter {
        target: Some(email.to_string()),
        ..AuditFilter::default()
    };
    let records = state.instance.store.audit_page(filter, None, READ).await?;
    Ok(records
        .into_iter()
        .filter(|record| record.entry.target == email.as_str())
        .take(ENTRIES)
        .map(row)
        .collect())
}
