//! A provider in the list.

use latchkey_domain::provider::ProviderKind;
use latchkey_domain::{Provider, Timestamp, counted};
use leptos::prelude::*;

use super::form::ProviderProtocol;
use super::{FROM_LIST, ProviderCard, provider_page};
use crate::components::ask::Ask;
use crate::components::logo::logo;
use crate::time::time_ago;

/// `providers_only`: whether members sign in only with providers.
pub(super) fn card(card: ProviderCard, providers_only: bool, now: Timestamp) -> impl IntoView {
    let ProviderCard {
        provider,
        members,
        last_sign_in_at,
        last_failure,
    } = card;
    let page = provider_page(&provider);
    let name = provider.spec.name.to_string();
    let members_text = match members {
        0 => "No members linked".to_owned(),
        _ => format!("{} linked", counted(members, "member")),
    };
    let last = match last_sign_in_at {
        Some(at) => view! { "Last sign-in " {time_ago(at, now)} }.into_any(),
        None => "No sign-in yet".into_any(),
    };
    let failure = last_failure.map(|(at, text)| {
        view! { <p class="sso-failed">"Failed " {time_ago(at, now)} ": " {text}</p> }
    });
    view! {
        <li class="sso-card" id=format!("provider-{}", provider.spec.slug)>
            <div class="sso-card-head">
                {logo(&name, provider.logo.as_ref(), "")}
                <div class="sso-card-text">
                    <h2 class="sso-card-name">
                        <a href=page.clone()>
                            <bdi>{name.clone()}</bdi>
                        </a>
                        " "
                        {badge(provider.spec.is_on)}
                    </h2>
                    <p class="muted">
                        {ProviderProtocol::of(&provider.spec.kind).label()} " · "
                        <span translate="no">{place(&provider)}</span>
                    </p>
                    <p class="muted">{members_text} " · " {last}</p>
                    {failure}
                </div>
            </div>
            <div class="sso-card-actions">
                <a class="button" href=page.clone() aria-label=format!("Edit {name}")>
                    "Edit"
                </a>
                <a class="button" href=format!("{page}/test") aria-label=format!("Test {name}")>
                    "Test"
                </a>
                {turn(&provider, providers_only, true)}
                {delete(&provider, members, providers_only, true)}
            </div>
        </li>
    }
}

pub(super) fn badge(is_on: bool) -> impl IntoView {
    if is_on {
        view! { <span class="badge badge-new">"On"</span> }
    } else {
        view! { <span class="badge badge-paused">"Off"</span> }
    }
}

/// The issuer, or the host of the page where people sign in.
fn place(provider: &Provider) -> String {
    match &provider.spec.kind {
        ProviderKind::OpenIdConnect { issuer } => issuer.to_string(),
        ProviderKind::OAuth2 { authorization, .. } => {
            let address = authorization.as_str();
            let (_, rest) = address.split_once("://").unwrap_or(("", address));
            rest.split(['/', '?']).next().unwrap_or_default().to_owned()
        }
    }
}

/// Says that a form is in the list, if it is.
fn from_list(is_in_list: bool) -> impl IntoView {
    is_in_list.then(|| view! { <input type="hidden" name=FROM_LIST value="1" /> })
}

/// The button that turns it on or off. While members sign in only with providers, it asks before it turns one off.
pub(super) fn turn(provider: &Provider, providers_only: bool, is_in_list: bool) -> AnyView {
    let (page, name) = (provider_page(provider), &provider.spec.name);
    let is_on = provider.spec.is_on;
    if is_on && providers_only {
        return Ask {
            button: "Turn off",
            label: Some(format!("Turn off {name}")),
            effect: view! {
                {from_list(is_in_list)}
                <p class="muted">
                    "Members sign in only with providers. Those who have no other one cannot sign in until you turn it on again, or let members use passwords."
                </p>
            }
            .into_any(),
            action: format!("{page}/off"),
            confirm: "Turn off",
            is_danger: true,
        }
        .into_view()
        .into_any();
    }
    let (label, verb) = if is_on {
        ("Turn off", "off")
    } else {
        ("Turn on", "on")
    };
    view! {
        <form method="post" action=format!("{page}/{verb}")>
            {from_list(is_in_list)}
            <button class="button" type="submit" aria-label=format!("{label} {name}")>
                {label}
            </button>
        </form>
    }
    .into_any()
}

/// Deletes it, after a question.
pub(super) fn delete(
    provider: &Provider,
    members: u64,
    providers_only: bool,
    is_in_list: bool,
) -> impl IntoView + use<> {
    let name = provider.spec.name.to_string();
    let who = match members {
        0 => "No member is linked to it.".to_owned(),
        _ => format!("{} can no longer sign in with it.", counted(members, "member")),
    };
    let only = (providers_only && provider.spec.is_on && members > 0).then_some(
        " Members sign in only with providers: those who have no other one are locked out until you allow passwords again.",
    );
    Ask {
        button: "Delete",
        label: Some(format!("Delete {name}")),
        effect: view! {
            {from_list(is_in_list)}
            <p class="muted">
                {who} {only} " This cannot be undone: a provider that you add later links everyone anew. To stop it for a while, turn it off."
            </p>
        }
        .into_any(),
        action: format!("{}/delete", provider_page(provider)),
        confirm: "Delete the provider",
        is_danger: true,
    }
    .into_view()
}
