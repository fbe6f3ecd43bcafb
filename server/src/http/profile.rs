//! `/account/profile`, `/account/picture` and `/account/email`: a member's name, picture and email.

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use latchkey_accounts::{AccountError, LinkToken};
use latchkey_app::pages::{ConfirmEmailPage, LinkOverPage, ProfilePage, ProfileProblems};
use latchkey_domain::{Email, Member, MemberName};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::failure::Failure;
use super::logos::{self, LogoForm};
use super::page_form::Form;
use super::pages::{frame, sentence, visitor};
use super::peer::Peer;
use super::refusal::Refusal;
use super::session::SignedIn;
use super::state::AppState;

/// The result of the last form, from the URL. Only fixed texts are shown.
#[derive(Deserialize)]
pub(super) struct Outcome {
    done: Option<String>,
}

/// The forms.
pub(super) async fn show(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(outcome): Query<Outcome>,
) -> Result<Response, Failure> {
    let notice = match outcome.done.as_deref() {
        Some("name") => Some("The name is saved."),
        Some("picture") => Some("The picture is saved. Programs get it at your next sign-in there."),
        Some("picture-removed") => Some("The picture is removed."),
        Some("email") => Some("Your email is changed."),
        Some("mail") => Some("A mail with a link is on its way to the new address."),
        Some("mail-waits") => {
            Some("No mail was added: one to that address waits, or you got several within the last hour.")
        }
        _ => None,
    };
    let page = ProfilePage {
        notice: notice.map(str::to_owned),
        ..page(&state, &signed_in.member).await?
    };
    Ok(Html(page.to_html()).into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct NameForm {
    name: String,
}

pub(super) async fn set_name(
    State(state): State<AppState>,
    SignedIn { member, by, .. }: SignedIn,
    Form(form): Form<NameForm>,
) -> Result<Response, Failure> {
    let name = match MemberName::parse(&form.name) {
        Ok(name) => name,
        Err(error) => {
            let page = ProfilePage {
                name: form.name,
                problems: ProfileProblems {
                    name: Some(sentence(&error.to_string())),
                    ..ProfileProblems::default()
                },
                ..page(&state, &member).await?
            };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.to_html())).into_response());
        }
    };
    state.instance.roster.set_name(&member, name, &by).await?;
    Ok(Redirect::to("/account/profile?done=name").into_response())
}

/// Sets or removes the picture.
pub(super) async fn set_picture(
    State(state): State<AppState>,
    SignedIn { member, by, .. }: SignedIn,
    form: LogoForm,
) -> Result<Response, Failure> {
    let picture = match form.logo(&state, &member).await {
        Ok(picture) => picture,
        Err(error) => {
            let problems = ProfileProblems {
                picture: Some(error.to_string()),
                ..ProfileProblems::default()
            };
            let Html(page) = again(&state, &member, String::new(), problems).await?;
            return Ok(logos::refused(error, page));
        }
    };
    let done = if picture.is_some() {
        "picture"
    } else {
        "picture-removed"
    };
    let (store, now) = (&state.instance.store, state.instance.clock.now());
    store.set_picture(member.id, picture, &by, now).await?;
    Ok(Redirect::to(&format!("/account/profile?done={done}")).into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct EmailForm {
    new_email: String,
    password: String,
}

/// Mails a link to the new address, after the password was checked.
pub(super) async fn change_email(
    State(state): State<AppState>,
    peer: Peer,
    SignedIn { member, .. }: SignedIn,
    Form(form): Form<EmailForm>,
) -> Result<Response, Failure> {
    if !state.mailing.is_set_up() {
        return Err(Failure::BadRequest);
    }
    let new = match form.new_email.parse::<Email>() {
        Ok(new) if new == member.email => Err("That is your email already.".to_owned()),
        Ok(new) => Ok(new),
        Err(error) => Err(sentence(&error.to_string())),
    };
    let new = match new {
        Ok(new) => new,
        Err(problem) => {
            let problems = ProfileProblems {
                new_email: Some(problem),
                ..ProfileProblems::default()
            };
            let page = again(&state, &member, form.new_email, problems).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let password = Zeroizing::new(form.password);
    if let Err(error) = state
        .instance
        .sign_in
        .confirm(&member, password, peer.address)
        .await
    {
        let Some(refusal) = Refusal::of(&error) else {
            return Err(error.into());
        };
        let problems = match error {
            AccountError::WrongCredentials => ProfileProblems {
                password: Some("That is not your password.".to_owned()),
                ..ProfileProblems::default()
            },
            error => ProfileProblems {
                form: Some(sentence(&error.to_string())),
                ..ProfileProblems::default()
            },
        };
        let page = again(&state, &member, form.new_email, problems).await?;
        return Ok(refusal.with(page.into_response()));
    }
    let is_queued = state.mailing.confirm_email(member.id, new).await?;
    let done = if is_queued { "mail" } else { "mail-waits" };
    Ok(Redirect::to(&format!("/account/profile?done={done}")).into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LinkForm {
    token: String,
}

/// What the link in the mail opens. It changes nothing.
pub(super) async fn show_link(
    State(state): State<AppState>,
    Query(link): Query<LinkForm>,
) -> Result<Response, Failure> {
    match found(&state, &link.token).await? {
        Some(page) => Ok(Html(page.to_html()).into_response()),
        None => over(&state).await,
    }
}

/// Uses the link up. Who has it need not be signed in here: the mail may be read on a phone.
pub(super) async fn confirm(
    State(state): State<AppState>,
    peer: Peer,
    Form(form): Form<LinkForm>,
) -> Result<Response, Failure> {
    let Some(token) = LinkToken::parse(&form.token) else {
        return over(&state).await;
    };
    match state
        .instance
        .links
        .confirm_email(&token, &peer.actor(None))
        .await
    {
        Ok(_) => {
            state.mailing.wake();
            Ok(Redirect::to("/account/profile?done=email").into_response())
        }
        Err(AccountError::LinkOver) => over(&state).await,
        Err(error @ AccountError::EmailTaken(_)) => match found(&state, &form.token).await? {
            Some(page) => {
                let page = ConfirmEmailPage {
                    error: Some(sentence(&error.to_string())),
                    ..page
                };
                Ok((StatusCode::CONFLICT, Html(page.to_html())).into_response())
            }
            None => over(&state).await,
        },
        Err(error) => Err(error.into()),
    }
}

async fn found(state: &AppState, text: &str) -> Result<Option<ConfirmEmailPage>, Failure> {
    let Some(token) = LinkToken::parse(text) else {
        return Ok(None);
    };
    match state.instance.links.find_email(&token).await {
        Ok((member, new)) => Ok(Some(ConfirmEmailPage {
            frame: frame(state).await?,
            name: member.name.to_string(),
            new_email: new.to_string(),
            token: text.to_owned(),
            error: None,
        })),
        Err(AccountError::LinkOver) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn over(state: &AppState) -> Result<Response, Failure> {
    let page = LinkOverPage {
        frame: frame(state).await?,
    };
    Ok((StatusCode::NOT_FOUND, Html(page.to_html())).into_response())
}

async fn again(
    state: &AppState,
    member: &Member,
    new_email: String,
    problems: ProfileProblems,
) -> Result<Html<String>, Failure> {
    let page = ProfilePage {
        new_email,
        problems,
        ..page(state, member).await?
    };
    Ok(Html(page.to_html()))
}

async fn page(state: &AppState, member: &Member) -> Result<ProfilePage, Failure> {
    let profile = state.instance.store.sign_in_profile(member.id).await?;
    let profile = profile.ok_or(Failure::NotFound)?;
    Ok(ProfilePage {
        frame: frame(state).await?,
        visitor: visitor(member),
        name: member.name.to_string(),
        email: member.email.to_string(),
        email_verified: member.email_verified,
        username: profile.username.as_str().to_owned(),
        picture: profile.picture.uploaded,
        new_email: String::new(),
        has_mail: state.mailing.is_set_up(),
        problems: ProfileProblems::default(),
        notice: None,
    })
}
