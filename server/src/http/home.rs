//! `/`

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use latchkey_app::pages::{Failing, HomePage, HostHome};
use latchkey_domain::{ListFilter, ListQuery};
use latchkey_registration::{ApplicationListing, Caller};

use super::failure::Failure;
use super::pages::{frame, visitor};
use super::session::{MaybeSignedIn, SignedIn};
use super::state::AppState;

/// The most failing applications that are named.
const FAILING: usize = 5;

/// Redirects to setup, to sign-in, or to the member's first page.
pub(super) async fn show(
    State(state): State<AppState>,
    MaybeSignedIn(signed_in): MaybeSignedIn,
) -> Result<Response, Failure> {
    if let Some(SignedIn { member, by, .. }) = signed_in {
        let host = if member.role.is_host() {
            Some(of_host(&state, &Caller::member(&member, by)).await?)
        } else {
            None
        };
        let page = HomePage {
            frame: frame(&state).await?,
            visitor: visitor(&member),
            host,
        };
        return Ok(Html(page.to_html()).into_response());
    }
    let next = if state.instance.setup.is_needed().await? {
        "/setup"
    } else {
        "/sign-in"
    };
    Ok(Redirect::to(next).into_response())
}

async fn of_host(state: &AppState, caller: &Caller) -> Result<HostHome, Failure> {
    let (store, registrar) = (&state.instance.store, &state.instance.registrar);
    let query = ListQuery {
        filter: Some(ListFilter::Failing),
        ..ListQuery::default()
    };
    let failing = registrar.list(caller, &query, 1).await?;
    Ok(HostHome {
        members: store.count_members().await?,
        applications: registrar.list(caller, &ListQuery::default(), 1).await?.total,
        connected_members: store.count_connected_members().await?,
        has_logo: store.network().await?.logo.is_some(),
        last_backup: store.last_backup().await?,
        all_failing: failing.total,
        failing: failing.items.into_iter().take(FAILING).map(failed).collect(),
        now: state.instance.clock.now(),
    })
}

fn failed(listing: ApplicationListing) -> Failing {
    Failing {
        client_id: listing.application.client_id,
        name: listing.application.spec.name.to_string(),
        failures: listing.health.failures,
        latest: listing.health.latest,
    }
}
