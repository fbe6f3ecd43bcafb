//! `/sign-in/code` and `/sign-in/second-factor`: the second half of a sign-in.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use latchkey_accounts::{AccountError, Attempt, Enrolment};
use latchkey_app::pages::{HalfOfSignIn, SignInCodePage, SignInRecoveryPage, SignInSetUpPage};
use latchkey_domain::Member;
use latchkey_storage::{PasswordHash, Proof};
use serde::Deserialize;

use super::after_sign_in;
use super::failure::Failure;
use super::oauth::destination;
use super::page_form::Form;
use super::pages::{frame, sentence};
use super::peer::Peer;
use super::refusal::Refusal;
use super::return_to::ReturnTo;
use super::security_headers::allow_any_redirect;
use super::session;
use super::state::AppState;

/// What the forms bring along.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CodeForm {
    half_way: String,
    code: String,
    return_to: String,
    /// See [`cookies::are_doubtful`](super::cookies::are_doubtful).
    probed: String,
}

/// The answer to a right password.
pub(super) async fn answer(
    state: &AppState,
    headers: &HeaderMap,
    attempt: Attempt,
    probed: &str,
    return_to: &ReturnTo,
) -> Result<Response, Failure> {
    match attempt {
        Attempt::SignedIn(signed_in) => {
            after_sign_in::go_on(state, headers, *signed_in, probed, return_to).await
        }
        Attempt::NeedsCode(half_way) => {
            let half = half(state, half_way, return_to).await?;
            let leads_on = half.application.is_some();
            let page = SignInCodePage {
                frame: frame(state).await?,
                half,
                ..SignInCodePage::default()
            };
            Ok(shown(page.to_html(), leads_on))
        }
        Attempt::NeedsSecondFactor(half_way) => {
            let found = state.instance.sign_in.of_half_way(&half_way).await?;
            let Some((member, ..)) = found else {
                return Ok(Redirect::to(&return_to.sign_in()).into_response());
            };
            let network = state.instance.store.network().await?.name;
            let factor = &state.instance.second_factor;
            let enrolment = match factor.waiting(&member, &network).await? {
                Some(waiting) => Some(waiting),
                None => factor.begin(&member, &network).await?,
            };
            match enrolment {
                Some(enrolment) => {
                    let half = half(state, half_way, return_to).await?;
                    let leads_on = half.application.is_some();
                    let page = set_up(state, half, &enrolment).await?;
                    Ok(shown(page.to_html(), leads_on))
                }
                None => Ok(Redirect::to(&return_to.sign_in()).into_response()),
            }
        }
    }
}

async fn set_up(
    state: &AppState,
    half: HalfOfSignIn,
    enrolment: &Enrolment,
) -> Result<SignInSetUpPage, Failure> {
    Ok(SignInSetUpPage {
        frame: frame(state).await?,
        half,
        secret: enrolment.secret.as_str().to_owned(),
        address: enrolment.address.as_str().to_owned(),
        ..SignInSetUpPage::default()
    })
}

/// Checks a code, and signs in.
pub(super) async fn check(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, Failure> {
    let return_to = ReturnTo::parse(&form.return_to);
    let Some((member, hash, proof)) = state.instance.sign_in.of_half_way(&form.half_way).await? else {
        return Ok(Redirect::to(&return_to.sign_in()).into_response());
    };
    let by = peer.actor(Some(member.id));
    let factor = &state.instance.second_factor;
    if let Err(error) = factor.check(&member, &form.code, peer.address, &by).await {
        let Some(refusal) = Refusal::of(&error) else {
            return Err(error.into());
        };
        state.metrics.sign_ins.failed.add();
        let (code_error, error) = problem(&error);
        let half = half(&state, form.half_way, &return_to).await?;
        let leads_on = half.application.is_some();
        let page = SignInCodePage {
            frame: frame(&state).await?,
            half,
            code_error,
            error,
        };
        return Ok(refusal.with(shown(page.to_html(), leads_on)));
    }
    let probed = form.probed;
    let signed_in = finish(&state, peer, member, (hash, proof.and_code())).await?;
    match signed_in {
        Some(signed_in) => after_sign_in::go_on(&state, &headers, signed_in, &probed, &return_to).await,
        None => Ok(Redirect::to(&return_to.sign_in()).into_response()),
    }
}

/// Takes the app of a host who needs one into use, signs in, and shows the recovery codes.
pub(super) async fn set_up_and_go_on(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, Failure> {
    let return_to = ReturnTo::parse(&form.return_to);
    let over = || Ok(Redirect::to(&return_to.sign_in()).into_response());
    let Some((member, hash, proof)) = state.instance.sign_in.of_half_way(&form.half_way).await? else {
        return over();
    };
    let by = peer.actor(Some(member.id));
    let factor = &state.instance.second_factor;
    let codes = match factor.confirm(&member, &form.code, peer.address, &by).await {
        Ok(Some(codes)) => codes,
        Ok(None) => return over(),
        Err(error) => {
            let Some(refusal) = Refusal::of(&error) else {
                return Err(error.into());
            };
            let network = state.instance.store.network().await?.name;
            let Some(enrolment) = factor.waiting(&member, &network).await? else {
                return over();
            };
            let (code_error, error) = problem(&error);
            let half = half(&state, form.half_way, &return_to).await?;
            let leads_on = half.application.is_some();
            let page = SignInSetUpPage {
                code_error,
                error,
                ..set_up(&state, half, &enrolment).await?
            };
            return Ok(refusal.with(shown(page.to_html(), leads_on)));
        }
    };
    let probed = form.probed;
    let Some(signed_in) = finish(&state, peer, member, (hash, proof.and_code())).await? else {
        return over();
    };
    let page = SignInRecoveryPage {
        frame: frame(&state).await?,
        codes,
        onward: after_sign_in::onward(&state, &headers, &probed, &return_to),
    };
    let mut response = (StatusCode::OK, Html(page.to_html())).into_response();
    after_sign_in::end_others_here(&state, &headers).await?;
    session::keep(&mut response, &state, &signed_in.opened.token);
    Ok(response)
}

async fn finish(
    state: &AppState,
    peer: Peer,
    member: Member,
    proved: (PasswordHash, Proof),
) -> Result<Option<latchkey_accounts::SignedIn>, Failure> {
    let (origin, place) = (peer.actor(None), after_sign_in::place(&peer));
    let from = (peer.address, peer.user_agent);
    let signed_in = state
        .instance
        .sign_in
        .finish(member, proved, &origin, from)
        .await?;
    if let Some(signed_in) = &signed_in {
        after_sign_in::tell_new_place(state, signed_in, place);
    }
    Ok(signed_in)
}

/// What the next form brings along.
async fn half(state: &AppState, half_way: String, return_to: &ReturnTo) -> Result<HalfOfSignIn, Failure> {
    let application = destination(return_to, &*state.instance.store).await?;
    Ok(HalfOfSignIn {
        half_way,
        return_to: return_to.as_str().to_owned(),
        application: application.map(|name| name.to_string()),
    })
}

/// A page whose form may lead to an application.
fn shown(html: String, leads_on: bool) -> Response {
    let mut response = Html(html).into_response();
    if leads_on {
        allow_any_redirect(response.headers_mut());
    }
    response
}

/// What is wrong with the code, or with something else.
fn problem(error: &AccountError) -> (Option<String>, Option<String>) {
    let words = Some(sentence(&error.to_string()));
    match error {
        AccountError::WrongCode => (words, None),
        _ => (None, words),
    }
}
