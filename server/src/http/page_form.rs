//! The forms of pages.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use latchkey_domain::limits;

use super::failure::Failure;
use super::state::AppState;

/// A page's form, unparsed. It must be the last extractor: the caller is identified first.
pub(super) struct FormBody(pub(super) Bytes);

impl FromRequest<AppState> for FormBody {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Failure> {
        let bytes = state
            .bodies
            .read(request.into_body(), limits::PAGE_FORM_BYTES)
            .await?;
        if fields(&bytes) > limits::FORM_FIELDS {
            return Err(Failure::TooLarge);
        }
        Ok(Self(bytes))
    }
}

/// The number of fields in a form or query.
pub(super) fn fields(form: &[u8]) -> usize {
    form.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .count()
}

/// A page's form, parsed into a type.
pub(super) struct Form<T>(pub(super) T);

impl<T: serde::de::DeserializeOwned> FromRequest<AppState> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let FormBody(bytes) = FormBody::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let request = Request::from_parts(parts, Body::from(bytes));
        axum::Form::from_request(request, state)
            .await
            .map(|axum::Form(form)| Self(form))
            .map_err(IntoResponse::into_response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_before_they_are_decoded() {
        assert_eq!(fields(b""), 0);
        assert_eq!(fields(b"a=1&b&&c=%26&"), 3);
    }
}
