//! `/account/providers`: the accounts at providers that a member has linked.

use std::collections::HashMap;

use axum::extract::{Path, Query, RawQuery, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use latchkey_accounts::Purpose;
use latchkey_app::pages::{LinkState, LinkedAccount, LinkedAccountRow, LinkedAccountsPage};
use latchkey_domain::Member;
use latchkey_domain::provider::{Provider, ProviderId};
use latchkey_storage::providers::Unlinking;
use serde::Deserialize;

use super::account_address::after;
use super::slug::find;
use super::start::begin;
use crate::http::failure::Failure;
use crate::http::page_form::Form;
use crate::http::pages::{frame, visitor};
use crate::http::peer::Peer;
use crate::http::return_to::{ReturnTo, SignInLink};
use crate::http::security_headers::allow_any_redirect;
use crate::http::session::SignedIn;
use crate::http::state::AppState;

/// The result of the last form, from the URL. Only fixed texts are shown.
#[derive(Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

/// Where to go once an account is linked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Then {
    return_to: String,
}

/// The providers, and what is linked.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedIn { member, .. }: SignedIn,
    Query(Done { done }): Query<Done>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let SignInLink { return_to, .. } = SignInLink::read(&query.unwrap_or_default());
    let return_to = Some(return_to).filter(|path| *path != ReturnTo::home());
    let notice = match done.as_deref() {
        Some("linked") => Some("The account is linked. From now on you can sign in with it."),
        Some("unlinked") => Some("The account is unlinked. It no longer signs you in here."),
        _ => return_to.as_ref().map(|_| "Link your account to continue."),
    };
    let error = match done.as_deref() {
        Some("last") => {
            Some("This is your only way to sign in: link another account or add a passkey first.")
        }
        _ => None,
    };
    let page = LinkedAccountsPage {
        notice: notice.map(str::to_owned),
        error: error.map(str::to_owned),
        return_to: return_to.map(|path| path.as_str().to_owned()),
        ..page(&state, &member).await?
    };
    let mut response = Html(page.to_html()).into_response();
    // The form that links an account leads to the provider.
    allow_any_redirect(response.headers_mut());
    Ok(response)
}

/// Sends the member to a provider to link an account. Only a form of this site does: another site could have signed the
/// browser in there as somebody else.
pub(super) async fn link(
    State(state): State<AppState>,
    SignedIn { member, .. }: SignedIn,
    peer: Peer,
    headers: HeaderMap,
    Path(slug): Path<String>,
    Form(Then { return_to }): Form<Then>,
) -> Result<Response, Failure> {
    let provider = find(&state, &slug).await?;
    let Some(provider) = provider.filter(|provider| provider.spec.is_on) else {
        return Err(Failure::NotFound);
    };
    let purpose = Purpose::Link(member.id);
    let return_to = ReturnTo::parse(&return_to);
    begin(&state, &peer, &headers, &provider, purpose, &return_to).await
}

/// Unlinks the member's account at a provider.
pub(super) async fn unlink(
    State(state): State<AppState>,
    SignedIn { member, by, .. }: SignedIn,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let slug = slug.parse().map_err(|_| Failure::NotFound)?;
    let (store, now) = (&state.instance.store, state.instance.clock.now());
    match store.unlink_account(member.id, &slug, &by, now).await? {
        // What is not linked any more is as it was wanted.
        Unlinking::Done | Unlinking::Unknown => Ok(Redirect::to(&after("unlinked")).into_response()),
        Unlinking::Last => Ok((StatusCode::SEE_OTHER, Redirect::to(&after("last"))).into_response()),
    }
}

async fn page(state: &AppState, member: &Member) -> Result<LinkedAccountsPage, Failure> {
    let store = &state.instance.store;
    let only = store.network().await?.providers_only;
    let ways = store.ways_in(member.id).await?;
    let is_last_way = ways.is_last_account(only && !member.role.is_host());
    let linked = store.linked_accounts(member.id).await?;
    let mut linked: HashMap<ProviderId, LinkedAccount> = linked
        .into_iter()
        .map(|account| {
            let shown = LinkedAccount {
                label: account.label,
                linked_at: account.linked_at,
                last_used_at: (account.last_used_at > account.linked_at).then_some(account.last_used_at),
                is_last_way,
            };
            (account.provider.id, shown)
        })
        .collect();
    let providers = store.providers().await?.into_iter();
    let row = |provider: Provider| {
        let state = match linked.remove(&provider.id) {
            Some(account) => LinkState::Linked(account),
            None if provider.spec.is_on => LinkState::NotLinked,
            None => return None,
        };
        Some(LinkedAccountRow {
            name: provider.spec.name.to_string(),
            slug: provider.spec.slug.to_string(),
            is_on: provider.spec.is_on,
            logo: provider.logo,
            state,
        })
    };
    Ok(LinkedAccountsPage {
        frame: frame(state).await?,
        visitor: visitor(member),
        providers: providers
            .map(|listing| listing.provider)
            .filter_map(row)
            .collect(),
        notice: None,
        error: None,
        return_to: None,
        now: state.instance.clock.now(),
    })
}
