//! Signing a browser out: its sessions end.

use http::HeaderMap;
use latchkey_storage::AuditAction;

use super::account::note_host;
use super::failure::Failure;
use super::peer::Peer;
use super::session;
use super::state::AppState;

/// Ends the session of a browser, if it has one. The response has to clear the cookie.
pub(super) async fn end_sessions(state: &AppState, peer: &Peer, headers: &HeaderMap) -> Result<(), Failure> {
    for token in session::tokens(state, headers) {
        if let Some((_, member)) = state.instance.sessions.find(&token).await? {
            let by = peer.actor(Some(member.id));
            note_host(state, &member, by, AuditAction::SignedOut, "").await?;
            state.oauth.end_explorer_logins(member.id).await?;
        }
        state.instance.sessions.end(&token).await?;
    }
    Ok(())
}
