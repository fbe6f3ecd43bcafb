//! `/logos/{id}`: the pictures of applications, of members and of the network; what a form uploads; and the page with the
//! form for an application's logo, for hosts.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};
use latchkey_app::pages::ApplicationLogoPage;
use latchkey_domain::{LogoId, Member, limits};
use latchkey_storage::Logo;
use serde::Deserialize;

use super::body::BodyError;
use super::failure::Failure;
use super::pages::{frame, visitor};
use super::retry_after::retry_after;
use super::signed_in_host::SignedInHost;
use super::state::AppState;
use crate::logo::LogoError;

/// A picture, as an image and nothing else, to everyone: sign-in shows it too.
pub(super) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let id: LogoId = id.parse().map_err(|_| Failure::NotFound)?;
    let etag = format!("\"{id}\"");
    let image = state.instance.store.logo(&id).await?.ok_or(Failure::NotFound)?;
    let kept = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .any(|value| value.as_bytes() == etag.as_bytes());
    let headers = [
        (CONTENT_TYPE, "image/png"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (ETAG, etag.as_str()),
        // Programs show the pictures of members.
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    if kept {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, Body::from(image)).into_response())
}

/// The field `logo` of a form; `None` if it is empty, which removes the logo. It must be the last extractor: the caller is
/// identified first.
pub(super) struct LogoForm(Result<Option<Bytes>, LogoError>);

impl FromRequest<AppState> for LogoForm {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let bytes = match state.bodies.read(body, limits::LOGO_FORM_BYTES).await {
            Err(BodyError::TooLarge) => return Ok(Self(Err(LogoError::TooLarge))),
            read => read?,
        };
        let request = Request::from_parts(parts, Body::from(bytes));
        let mut form = Multipart::from_request(request, state)
            .await
            .map_err(|_| Failure::BadRequest)?;
        while let Some(field) = form.next_field().await.map_err(|_| Failure::BadRequest)? {
            if field.name() == Some("logo") {
                let file = field.bytes().await.map_err(|_| Failure::BadRequest)?;
                return Ok(Self(Ok((!file.is_empty()).then_some(file))));
            }
        }
        Err(Failure::BadRequest)
    }
}

impl LogoForm {
    /// The logo, as it is kept. What `member` uploads is counted, also if it is no picture: reading it takes as long.
    pub(super) async fn logo(self, state: &AppState, member: &Member) -> Result<Option<Logo>, LogoError> {
        let Some(file) = self.0? else {
            return Ok(None);
        };
        let now = state.instance.clock.now();
        state.pace.upload(member, now).map_err(LogoError::TooOften)?;
        state.logos.read(file).await.map(Some)
    }
}

/// The page with the form again, which says why the picture was refused.
pub(super) fn refused(error: LogoError, page: String) -> Response {
    match error {
        LogoError::TooOften(wait) => {
            retry_after(wait, (StatusCode::TOO_MANY_REQUESTS, Html(page)).into_response())
        }
        _ => (StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response(),
    }
}

/// The result of the last form, from the URL.
#[derive(Deserialize)]
pub(super) struct Outcome {
    logo: Option<String>,
}

/// What happened, as a sentence: a fixed text, never one of the URL.
pub(super) fn notice(outcome: Option<&str>) -> Option<String> {
    match outcome? {
        "saved" => Some("The logo is saved.".to_owned()),
        "removed" => Some("The logo is removed.".to_owned()),
        _ => None,
    }
}

/// What [`notice`] reads.
pub(super) fn outcome(logo: Option<&Logo>) -> &'static str {
    if logo.is_some() { "saved" } else { "removed" }
}

/// The page with the form for an application's logo.
pub(super) async fn show_of_application(
    State(state): State<AppState>,
    host: SignedInHost,
    Path(client_id): Path<String>,
    Query(outcome): Query<Outcome>,
) -> Result<Response, Failure> {
    let page = page(&state, &host, &client_id).await?;
    let page = ApplicationLogoPage {
        notice: notice(outcome.logo.as_deref()),
        ..page
    };
    Ok(Html(page.to_html()).into_response())
}

/// Sets or removes the logo of an application.
pub(super) async fn set_of_application(
    State(state): State<AppState>,
    host: SignedInHost,
    Path(client_id): Path<String>,
    form: LogoForm,
) -> Result<Response, Failure> {
    let logo = match form.logo(&state, &host.host).await {
        Ok(logo) => logo,
        Err(error) => {
            let page = ApplicationLogoPage {
                error: Some(error.to_string()),
                ..page(&state, &host, &client_id).await?
            };
            return Ok(refused(error, page.to_html()));
        }
    };
    let outcome = outcome(logo.as_ref());
    let application = state
        .instance
        .registrar
        .set_logo(&host.caller, &client_id, logo)
        .await?;
    let address = format!(
        "/admin/settings/oauth-applications/{}/logo?logo={outcome}",
        application.client_id
    );
    Ok(Redirect::to(&address).into_response())
}

async fn page(
    state: &AppState,
    SignedInHost { host, caller, .. }: &SignedInHost,
    client_id: &str,
) -> Result<ApplicationLogoPage, Failure> {
    let listing = state.instance.registrar.find(caller, client_id).await?;
    Ok(ApplicationLogoPage {
        frame: frame(state).await?,
        visitor: visitor(host),
        application: listing.application,
        notice: None,
        error: None,
    })
}
