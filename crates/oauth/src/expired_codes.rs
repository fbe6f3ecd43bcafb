//! Codes that were never exchanged. The client's own logs show nothing: the member allowed it, the browser went back,
//! and then the client stopped, for example at an unexpected `iss` (RFC 9207 section 2.4). So each such code becomes
//! one Activity entry.

use latchkey_domain::ClientId;
use latchkey_storage::{ActivityKind, ActivityReason, ExpiredCode, NewActivity, StoreError};

use crate::AuthorizationServer;

/// How many are recorded in one transaction.
const AT_ONCE: u32 = 50;

impl AuthorizationServer {
    /// Records the codes that expired since the last call: those of one application, or of all.
    pub async fn record_expired_codes(&self, client_id: Option<&ClientId>) -> Result<(), StoreError> {
        loop {
            let now = self.now();
            let codes = self.store().expired_codes(client_id, now, AT_ONCE).await?;
            let is_last = codes.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
            if !codes.is_empty() {
                let events = codes
                    .into_iter()
                    .map(|code| (code.grant, self.not_exchanged(&code)));
                self.store().close_codes(events.collect(), now).await?;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// The integrator's entry. An explorer login that a host left unfinished is not the application's fault.
    fn not_exchanged(&self, code: &ExpiredCode) -> Option<NewActivity> {
        if code.is_explorer_login {
            return None;
        }
        let message = format!(
            "The code sent to {} was not exchanged within {}. If no failed token exchange is listed beside this, the client \
             stopped at the callback: does it expect the issuer `{}` in the callback's `iss`?",
            code.sent_to.host(),
            self.lifetimes().code().in_words(),
            self.issuer()
        );
        Some(NewActivity {
            reason: Some(ActivityReason::CodeNotExchanged),
            member: Some(code.member),
            ..NewActivity::failed(
                &code.client_id,
                code.expired_at,
                ActivityKind::CodeExchange,
                message,
            )
        })
    }
}
