//! What mutations of posts and comments share. A wrong text is reported in the payload's `errors`, for a form to show.
//! A problem that makes the whole change impossible is an error of the query.

use async_graphql::Context;
use latchkey_domain::content::{RichText, Title};
use latchkey_storage::StoreError;
use latchkey_storage::content::{Created, Edited};

use crate::context::data;
use crate::error::ApiError;
use crate::html::Sanitizer;

/// The title; `None` if it is wrong, with the reason in `errors`.
pub(super) fn title(text: &str, errors: &mut Vec<String>) -> Option<Title> {
    Title::parse(text)
        .map_err(|error| errors.push(format!("Title: {error}")))
        .ok()
}

/// The sanitized HTML; `None` if it is wrong, with the reason in `errors`.
pub(super) async fn body(
    ctx: &Context<'_>,
    html: String,
    errors: &mut Vec<String>,
) -> Result<Option<RichText>, ApiError> {
    let sanitized = data::<Sanitizer>(ctx)?.sanitize(html).await?;
    let body = sanitized.and_then(RichText::not_blank);
    Ok(body.map_err(|error| errors.push(format!("Body: {error}"))).ok())
}

/// The created object. `place` is the type of the object that it belongs to.
pub(super) fn created<T>(
    outcome: Result<Created<T>, StoreError>,
    place: &'static str,
) -> Result<T, ApiError> {
    match outcome? {
        Created::Done(object) => Ok(object),
        Created::NotFound => Err(ApiError::NotFound(place)),
        Created::OverQuota(wait) => Err(ApiError::OverQuota(wait)),
    }
}

/// The changed or deleted object. `what` is its type.
pub(super) fn edited<T>(outcome: Result<Edited<T>, StoreError>, what: &'static str) -> Result<T, ApiError> {
    match outcome? {
        Edited::Done(object) => Ok(object),
        Edited::NotFound => Err(ApiError::NotFound(what)),
        Edited::NotYours => Err(ApiError::NotYours(what)),
        Edited::OverQuota(wait) => Err(ApiError::OverQuota(wait)),
    }
}
