//! `/admin/members`: the list of the members, adding one, and links for all who cannot sign in yet.

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use latchkey_accounts::{AccountError, NewMember};
use latchkey_app::pages::{AddMemberPage, AddMemberProblems, MailState, MembersPage};
use latchkey_domain::{Email, Member, MemberName, MemberState, MembersQuery, PageRequest, Role};
use serde::Deserialize;

use super::failure::Failure;
use super::member;
use super::page_form::Form;
use super::pages::{frame, sentence, visitor};
use super::signed_in_host::SignedInHost;
use super::state::AppState;
use crate::invitations;

/// Members per page.
const PAGE: u32 = 50;

/// Mails that failed, on the page.
const FAILED: u32 = 10;

/// The maximum length of a search.
const LONGEST: usize = 200;

/// The filters in the URL, and the result of the last form. Only a fixed text is shown for it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    search: String,
    role: String,
    state: String,
    page: String,
    removed: Option<String>,
    mailed: Option<String>,
    again: Option<String>,
}

impl Wanted {
    /// What cannot be read does not count.
    fn query(&self) -> MembersQuery {
        MembersQuery {
            search: self.search.trim().chars().take(LONGEST).collect(),
            role: self.role.parse().ok(),
            state: self.state.parse().ok(),
        }
    }
}

impl Wanted {
    fn notice(&self) -> Option<String> {
        let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<u64>().ok());
        if self.removed.is_some() {
            return Some("The member is removed.".to_owned());
        }
        if let Some(mails) = number(&self.mailed) {
            return Some(match mails {
                0 => "Nobody is left to invite: each has a mail that waits, or got several within the last hour."
                    .to_owned(),
                1 => "1 mail is on its way.".to_owned(),
                many => format!("{many} mails are on their way."),
            });
        }
        number(&self.again).map(|mails| match mails {
            1 => "1 mail is tried again.".to_owned(),
            many => format!("{many} mails are tried again."),
        })
    }
}

/// The queue, if this server sends mail.
async fn mail_state(state: &AppState) -> Result<Option<MailState>, Failure> {
    if !state.mailing.is_set_up() {
        return Ok(None);
    }
    let (counts, failed) = state.mailing.state(FAILED).await?;
    Ok(Some(MailState { counts, failed }))
}

/// A page of the list.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedInHost { host, .. }: SignedInHost,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let roster = &state.instance.roster;
    let count = async |of: MemberState| -> Result<u64, AccountError> {
        let query = MembersQuery {
            state: Some(of),
            ..MembersQuery::default()
        };
        Ok(roster.page(query, PageRequest::new(1, 1)).await?.total)
    };
    let (query, number) = (wanted.query(), wanted.page.parse().unwrap_or(1));
    let page = MembersPage {
        frame: frame(&state).await?,
        visitor: visitor(&host),
        members: roster.page(query.clone(), PageRequest::new(number, PAGE)).await?,
        query,
        not_invited: count(MemberState::NotInvited).await?,
        invited: count(MemberState::Invited).await?,
        notice: wanted.notice(),
        mail: mail_state(&state).await?,
        now: state.instance.clock.now(),
    };
    Ok(Html(page.to_html()).into_response())
}

/// The form for a new member.
pub(super) async fn show_add(
    State(state): State<AppState>,
    SignedInHost { host, .. }: SignedInHost,
) -> Result<Response, Failure> {
    let page = again(&state, &host, AddForm::default(), AddMemberProblems::default()).await?;
    Ok(page.into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct AddForm {
    name: String,
    email: String,
    role: String,
}

/// Adds a member who has no password yet, and shows their page with a link to send.
pub(super) async fn add(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    Form(form): Form<AddForm>,
) -> Result<Response, Failure> {
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let (name, email) = (MemberName::parse(&form.name), form.email.parse::<Email>());
    let (name, email) = match (name, email) {
        (Ok(name), Ok(email)) => (name, email),
        (name, email) => {
            let problems = AddMemberProblems {
                name: name.err().map(|error| sentence(&error.to_string())),
                email: email.err().map(|error| sentence(&error.to_string())),
            };
            return Ok((refused, again(&state, &host, form, problems).await?).into_response());
        }
    };
    let new = NewMember {
        name,
        email: email.clone(),
        role: form.role.parse().map_err(|_| Failure::BadRequest)?,
        password: None,
    };
    match state.instance.roster.add(new, &by).await {
        Ok(added) => member::invited(&state, &host, added, &by, "The member is added.").await,
        Err(error @ AccountError::EmailTaken(_)) => {
            let problems = AddMemberProblems {
                email: Some(sentence(&error.to_string())),
                ..AddMemberProblems::default()
            };
            Ok((refused, again(&state, &host, form, problems).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(
    state: &AppState,
    host: &Member,
    form: AddForm,
    problems: AddMemberProblems,
) -> Result<Html<String>, Failure> {
    let page = AddMemberPage {
        frame: frame(state).await?,
        visitor: visitor(host),
        name: form.name,
        email: form.email,
        role: form.role.parse().unwrap_or(Role::Member),
        problems,
    };
    Ok(Html(page.to_html()))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct InviteForm {
    again: Option<String>,
    /// `mail`, or else a file.
    how: String,
}

/// Tries the mails that failed once more.
pub(super) async fn retry_mails(
    State(state): State<AppState>,
    SignedInHost { by, .. }: SignedInHost,
) -> Result<Response, Failure> {
    let mails = state.mailing.retry(&by).await?;
    Ok(Redirect::to(&format!("/admin/members?again={mails}")).into_response())
}

/// Links for everyone who cannot sign in yet: by mail, or as a file. They are in no other place.
pub(super) async fn invite_all(
    State(state): State<AppState>,
    SignedInHost { host, by, .. }: SignedInHost,
    Form(form): Form<InviteForm>,
) -> Result<Response, Failure> {
    if form.how == "mail" {
        if !state.mailing.is_set_up() {
            return Err(Failure::BadRequest);
        }
        let mails = state.mailing.invite_all(form.again.is_some(), &by).await?;
        return Ok(Redirect::to(&format!("/admin/members?mailed={mails}")).into_response());
    }
    let links = &state.instance.links;
    let invitations = links.invite_all(form.again.is_some(), &by).await?;
    tracing::info!(
        member = host.id.0,
        links = invitations.len(),
        "made sign-in links"
    );
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"sign-in-links.csv\""),
        (CACHE_CONTROL, "no-store"),
    ];
    let origin = state.oauth.metadata().issuer;
    Ok((headers, invitations::csv(&invitations, &origin)).into_response())
}
