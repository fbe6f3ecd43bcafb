//! `id_token_hint`: an ID token that comes back, to say who is meant (OpenID Connect Core section 3.1.2.1, RP-Initiated Logout
//! section 2).

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

/// What an ID token of this server says.
pub(crate) struct Hinted {
    /// Whom it names.
    pub(crate) member: MemberId,
    /// The application that it was made for.
    pub(crate) client_id: ClientId,
}

impl AuthorizationServer {
    /// Reads an ID token of this server, expired or not; `None` if it is anything else.
    pub(crate) async fn hinted(&self, id_token: &str) -> Result<Option<Hinted>, StoreError> {
        let keys = self.signing_key_set().await?;
        let hint = keys
            .read::<Hint>(id_token)
            .filter(|hint| hint.iss == self.issuer());
        Ok(hint.and_then(|hint| {
            Some(Hinted {
                member: MemberId(hint.sub.parse().ok()?),
                client_id: hint.aud.parse().ok()?,
            })
        }))
    }
}
