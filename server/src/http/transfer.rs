//! An application as a file: `…/{client_id}/export.json` gives it, `…/import` registers it. Both for hosts.

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use latchkey_app::pages::ImportApplicationPage;
use latchkey_domain::limits;
use latchkey_registration::{ApplicationExport, RegistrationError};

use super::failure::Failure;
use super::pages::{frame, sentence, visitor};
use super::signed_in_host::SignedInHost;
use super::state::AppState;

/// The file. It has no secret in it.
pub(super) async fn export(
    State(state): State<AppState>,
    SignedInHost { caller, .. }: SignedInHost,
    Path(client_id): Path<String>,
) -> Result<Response, Failure> {
    let application = state.instance.registrar.export(&caller, &client_id).await?;
    let disposition = format!("attachment; filename=\"{}.json\"", file_name(&application.name));
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, disposition.as_str()),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, application.to_json() + "\n").into_response())
}

/// A name that every file system takes.
fn file_name(name: &str) -> String {
    let words = name.split(|character: char| !character.is_ascii_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    if words.is_empty() {
        "application".to_owned()
    } else {
        words.join("-")
    }
}

/// The form.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedInHost { host, .. }: SignedInHost,
) -> Result<Response, Failure> {
    let page = ImportApplicationPage::new(frame(&state).await?, visitor(&host));
    Ok(Html(page.to_html()).into_response())
}

/// Registers the application and leads to it, or shows the form with what is wrong.
pub(super) async fn import(
    State(state): State<AppState>,
    SignedInHost { host, caller, .. }: SignedInHost,
    request: Request,
) -> Result<Response, Failure> {
    let text = sent(&state, request).await?;
    let imported = match ApplicationExport::from_json(&text) {
        Ok(application) => state.instance.registrar.import(&caller, &application).await,
        Err(error) => Err(RegistrationError::File(error)),
    };
    let errors = match imported {
        Ok(registered) => {
            let client_id = registered.application.client_id;
            let address = format!("/admin/settings/oauth-applications/{client_id}/ready");
            return Ok(Redirect::to(&address).into_response());
        }
        Err(RegistrationError::Invalid(errors)) => {
            let lines = errors.all().flat_map(str::lines);
            lines.map(str::to_owned).collect()
        }
        Err(
            error @ (RegistrationError::File(_)
            | RegistrationError::ClientIdTaken
            | RegistrationError::PlanTooLow(_)),
        ) => vec![sentence(&error.to_string())],
        Err(error) => return Err(error.into()),
    };
    let page = ImportApplicationPage {
        text,
        errors,
        ..ImportApplicationPage::new(frame(&state).await?, visitor(&host))
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.to_html())).into_response())
}

/// The text of the file or, if none was chosen, of the field.
async fn sent(state: &AppState, request: Request) -> Result<String, Failure> {
    let (parts, body) = request.into_parts();
    let bytes = state.bodies.read(body, limits::APPLICATION_BYTES).await?;
    let request = Request::from_parts(parts, Body::from(bytes));
    let mut form = Multipart::from_request(request, state)
        .await
        .map_err(|_| Failure::BadRequest)?;
    let mut text = String::new();
    while let Some(field) = form.next_field().await.map_err(|_| Failure::BadRequest)? {
        if !matches!(field.name(), Some("file" | "json")) {
            continue;
        }
        let bytes = field.bytes().await.map_err(|_| Failure::BadRequest)?;
        let value = String::from_utf8_lossy(&bytes);
        if text.trim().is_empty() {
            text = value.into_owned();
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_plain_name() {
        for (name, file) in [
            ("Mobile App", "mobile-app"),
            ("../etc/\"passwd\"\r\n", "etc-passwd"),
            ("自転車", "application"),
        ] {
            assert_eq!(file_name(name), file);
        }
    }
}
