//! `id_token_hint`: an ID token that comes back, to say who is meant (OpenID Connect Core section 3.1.2.1).

use latchkey_domain::{ClientId, MemberId};
use latchkey_storage::StoreError;
use serde::Deserialize;

use crate::AuthorizationServer;

#[derive(Deserialize)]
struct Hint {
    iss: String,
    sub: String,
    aud: String,
}

impl AuthorizationServer {
    /// The member whom an ID token of this server for this application names, expired or not; `None` if it is anything else.
    pub(crate) async fn hinted(
        &self,
        id_token: &str,
        client_id: &ClientId,
    ) -> Result<Option<MemberId>, StoreError> {
        let keys = self.signing_key_set().await?;
        let hint = keys.read::<Hint>(id_token);
        let hint = hint.filter(|hint| hint.iss == self.issuer() && hint.aud == client_id.as_str());
        Ok(hint.and_then(|hint| hint.sub.parse().ok()).map(MemberId))
    }
}
