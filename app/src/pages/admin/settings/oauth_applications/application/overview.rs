//! **Overview**: what the application is, how it is doing, and what to do next.

use leptos::prelude::*;

use super::scopes::scope_groups;
use crate::components::live_text::live_text;
use crate::functions::applications::card::{ApplicationCard, Details};
use crate::pages::admin::settings::oauth_applications::address::{self, DialogRoute};
use crate::pages::admin::settings::oauth_applications::card::history::{connected, health};
use crate::pages::admin::settings::oauth_applications::card::{TRY_IT, client_id_row, scopes};
use crate::pages::admin::settings::oauth_applications::context::ListContext;
use crate::pages::admin::settings::oauth_applications::reading::Shown;
use crate::pages::admin::settings::oauth_applications::tab::Tab;

#[component]
pub(super) fn Overview(
    client_id: StoredValue<String>,
    details: Memo<Details>,
    card: Memo<ApplicationCard>,
) -> impl IntoView {
    view! {
        <div class="overview">
            <section class="section" aria-label="State">
                {move || card.with(health)}
            </section>
            {move || card.with(profile)}
            <section class="section" aria-labelledby="about">
                <h2 id="about">"About"</h2>
                <dl class="facts facts-wide">
                    {client_id_row(client_id)}
                    {move || details.with(facts)}
                </dl>
            </section>
            <section class="section" aria-labelledby="may">
                <h2 id="may">"What it may ask for"</h2>
                {move || card.with(|card| scope_groups(scopes(card)))}
            </section>
            {move || next_steps(&card.read())}
        </div>
    }
}

/// What members see of it. Nothing if the host entered nothing.
fn profile(card: &ApplicationCard) -> Option<AnyView> {
    let form = &card.form;
    let link = |label: &'static str, address: &str| {
        let address = address.to_owned();
        (!address.is_empty()).then(|| {
            view! {
                <p class="profile-link">
                    {label}
                    ": "
                    <a href=address.clone() rel="external noopener" target="_blank" translate="no">
                        {address.clone()}
                    </a>
                </p>
            }
            .into_any()
        })
    };
    let description = (!form.description.is_empty())
        .then(|| view! { <p dir="auto">{live_text(form.description.clone())}</p> }.into_any());
    let parts = [
        description,
        link("Website", &form.website),
        link("Privacy policy", &form.privacy_policy),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| {
        view! {
            <section class="section" aria-label="Profile">
                {parts}
            </section>
        }
        .into_any()
    })
}

fn facts(details: &Details) -> AnyView {
    let card = &details.card;
    let uris = addresses(&card.form.redirect_uris);
    let after_sign_out = &card.form.post_logout_redirect_uris;
    let after_sign_out = (!after_sign_out.is_empty()).then(|| {
        let addresses = addresses(after_sign_out);
        view! {
            <div class="fact">
                <dt>"After sign-out"</dt>
                <dd>{addresses}</dd>
            </div>
        }
    });
    let by = details.created_by.as_ref().map(|name| {
        view! {
            " by "
            <bdi>{live_text(name.clone())}</bdi>
        }
    });
    let used = match (&card.used, &card.last_used) {
        (Some(ago), Some(date)) => {
            let (ago, date) = (ago.clone(), date.clone());
            view! {
                <time datetime=date.iso title=date.text>
                    {live_text(ago)}
                </time>
            }
            .into_any()
        }
        _ => live_text("Never used").into_any(),
    };
    let created = card.created.clone();
    let members = address::application(&card.client_id, Tab::Members);
    view! {
        <div class="fact">
            <dt>"Redirect URI"</dt>
            <dd>{uris}</dd>
        </div>
        {after_sign_out}
        <div class="fact">
            <dt>"Consent screen"</dt>
            <dd>{live_text(if card.form.skip_consent { "Skipped" } else { "Shown" })}</dd>
        </div>
        <div class="fact">
            <dt>"Created"</dt>
            <dd>
                <time datetime=created.iso>{live_text(created.text)}</time>
                {by}
            </dd>
        </div>
        <div class="fact">
            <dt>"Members"</dt>
            <dd>
                <a href=members rel="external">
                    {live_text(connected(card.connected_members))}
                </a>
            </dd>
        </div>
        <div class="fact">
            <dt>"Last used"</dt>
            <dd>{used}</dd>
        </div>
    }
    .into_any()
}

/// Addresses, one per line.
fn addresses(lines: &str) -> AnyView {
    lines
        .lines()
        .map(|uri| {
            view! {
                <code class="mono value value-line" translate="no">
                    {uri.to_owned()}
                </code>
            }
        })
        .collect_view()
        .into_any()
}

fn next_steps(card: &ApplicationCard) -> impl IntoView + use<> {
    let list = expect_context::<ListContext>();
    let may_change = expect_context::<Shown>().may_change();
    let client_id = card.client_id.clone();
    let (address, field) = TRY_IT;
    let duplicate = DialogRoute::Duplicate(client_id.clone());
    let value = client_id.clone();
    view! {
        <section class="section" aria-labelledby="next">
            <h2 id="next">"Next steps"</h2>
            <div class="actions">
                {move || {
                    may_change
                        .get()
                        .then(|| {
                            view! {
                                <form method="post" action=address>
                                    <button class="button" name=field value=value.clone()>
                                        "Try it"
                                    </button>
                                </form>
                            }
                        })
                }}
                <a class="button" href=address::use_it(&client_id) rel="external">
                    "Sample code"
                </a>
                <a class="button" href=address::activity(&client_id) rel="external">
                    "See its activity"
                </a>
                {move || {
                    may_change
                        .get()
                        .then(|| {
                            view! {
                                <a
                                    class="button"
                                    id=duplicate.opener()
                                    href=list.link(duplicate.clone())
                                    data-noscroll=""
                                >
                                    "Duplicate"
                                </a>
                            }
                        })
                }}
            </div>
        </section>
    }
}
