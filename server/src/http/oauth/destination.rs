//! Where an authorization request will lead. The sign-in page names the application that the person signs in for, and
//! lets its form end at the application: after the password a browser may be sent on to it in one go.

use latchkey_domain::{ApplicationName, RedirectUri};
use latchkey_store::{Store, StoreError};

use super::form;
use crate::http::return_to::ReturnTo;

/// The application that a request comes from, and where the answer goes.
pub(in crate::http) struct Destination {
    /// Its name.
    pub(in crate::http) application: ApplicationName,
    /// The registered redirect URI that the request names.
    pub(in crate::http) redirect_uri: RedirectUri,
}

impl Destination {
    /// Reads where `return_to` leads; `None` if that is no authorization request, or one that stays on this site.
    ///
    /// Nothing is taken from the address but what is registered, so that no link puts words into the sign-in page.
    pub(in crate::http) async fn of(
        return_to: &ReturnTo,
        store: &dyn Store,
    ) -> Result<Option<Self>, StoreError> {
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
        let redirect_uri = match value("redirect_uri").filter(|uri| !uri.is_empty()) {
            // As it was requested: a loopback address has a port of its own.
            Some(requested) => uris.find(requested).and_then(|_| requested.parse().ok()),
            None => uris.only().cloned(),
        };
        Ok(redirect_uri.map(|redirect_uri| Self {
            application: application.spec.name,
            redirect_uri,
        }))
    }
}
