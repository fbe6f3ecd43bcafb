//! Where an authorization request leads. The sign-in page names the application that the person signs in for. Its
//! form may end at the application, since the browser may be redirected there directly after the password.

use latchkey_domain::ApplicationName;
use latchkey_storage::{Store, StoreError};

use super::form;
use crate::http::return_to::ReturnTo;

/// The name of the application that `return_to` leads to; `None` if it is not an authorization request, or stays on
/// this site because its redirect URI is not registered.
///
/// Uses only registered values from the URL, so that no link can put text into the sign-in page.
pub(in crate::http) async fn destination(
    return_to: &ReturnTo,
    store: &dyn Store,
) -> Result<Option<ApplicationName>, StoreError> {
    let Some(query) = return_to.as_str().strip_prefix("/oauth/authorize?") else {
        return Ok(None);
    };
    let Some(pairs) = form::pairs(query.as_bytes()) else {
        return Ok(None);
    };
    let value = |wanted: &str| {
        let mut values = pairs.iter().filter(|(name, _)| name == wanted);
        values.next().map(|(_, value)| value.as_str())
    };
    let Some(client_id) = value("client_id").and_then(|id| id.parse().ok()) else {
        return Ok(None);
    };
    let Some(application) = store.application(&client_id).await? else {
        return Ok(None);
    };
    let uris = &application.spec.redirect_uris;
    let is_registered = match value("redirect_uri").filter(|uri| !uri.is_empty()) {
        Some(requested) => uris.find(requested).is_some(),
        None => uris.only().is_some(),
    };
    Ok(is_registered.then_some(application.spec.name))
}
