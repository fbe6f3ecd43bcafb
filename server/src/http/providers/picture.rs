//! The picture of a member who follows a provider.

use latchkey_domain::{Actor, Member, limits};
use latchkey_outgoing::OutgoingRequest;

use crate::http::state::AppState;

/// Gets the picture in the background, and makes it the member's: re-encoded, as one that is uploaded. What is no picture, or
/// cannot be had, changes nothing.
pub(super) fn follow(state: &AppState, member: &Member, address: String) {
    // It costs what an upload costs, and counts as one.
    if state.pace.upload(member, state.instance.clock.now()).is_err() {
        return;
    }
    let (state, member) = (state.clone(), member.id);
    tokio::spawn(async move {
        let request = OutgoingRequest::get(address)
            .accept("image/png, image/jpeg, image/webp")
            .most_bytes(limits::LOGO_BYTES);
        // Nobody waits for it: slow pictures keep nobody from signing in.
        let outgoing = state.providers.outgoing.background();
        let answer = match outgoing.send(request).await {
            Ok(answer) if answer.is_success() => answer,
            Ok(answer) => {
                tracing::info!(
                    member = member.0,
                    status = answer.status,
                    "a provider gave no picture"
                );
                return;
            }
            Err(error) => {
                let why = error.to_string();
                tracing::info!(member = member.0, why, "a provider gave no picture");
                return;
            }
        };
        let picture = match state.logos.read(answer.body).await {
            Ok(picture) => picture,
            Err(error) => {
                let why = error.to_string();
                tracing::info!(
                    member = member.0,
                    why,
                    "a provider gave no picture that can be used"
                );
                return;
            }
        };
        let by = Actor {
            member: Some(member),
            ..Actor::operator()
        };
        let (store, now) = (&state.instance.store, state.instance.clock.now());
        if let Err(error) = store.set_picture(member, Some(picture), &by, now).await {
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::warn!(error, "could not keep a picture of a provider");
        }
    });
}
