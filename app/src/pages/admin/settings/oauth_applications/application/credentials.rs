//! **Credentials**: the client id, and the secrets: one, or two while an integration moves from the old one to the new one.

use latchkey_domain::SecretId;
use leptos::prelude::*;

use crate::browser;
use crate::components::live_text::live_text;
use crate::components::navigation::audit_of;
use crate::components::toast::Toasts;
use crate::functions::applications::add_secret;
use crate::functions::applications::card::ApplicationCard;
use crate::pages::admin::settings::oauth_applications::address::DialogRoute;
use crate::pages::admin::settings::oauth_applications::card::secret_text::secret_text;
use crate::pages::admin::settings::oauth_applications::card::{SecretField, client_id_row, fresh_secret};
use crate::pages::admin::settings::oauth_applications::context::ListContext;

#[component]
pub(super) fn Credentials(client_id: StoredValue<String>, card: Memo<ApplicationCard>) -> impl IntoView {
    // The fields stay while their texts change.
    let ids =
        Memo::new(move |_| card.with(|card| card.secrets.iter().map(|secret| secret.id).collect::<Vec<_>>()));
    let fresh = fresh_secret(client_id);
    view! {
        <section class="section" aria-labelledby="credentials">
            <h2 id="credentials">"Credentials"</h2>
            <dl class="facts facts-wide">
                {client_id_row(client_id)}
                {move || {
                    let ids = ids.get();
                    let two = ids.len() > 1;
                    ids.into_iter()
                        .enumerate()
                        .map(|(index, id)| secret_row(client_id, card, fresh, id, two.then_some(index)))
                        .collect_view()
                }}
            </dl>
            {move || match ids.with(Vec::len) {
                0 => view! {
                    <p class="muted">
                        "A public application has no secret. It uses PKCE to prove that the code belongs to it."
                    </p>
                }
                .into_any(),
                1 => view! {
                    <div class="actions">{add_button(client_id)}</div>
                    <p class="muted">
                        "To replace the secret, add a new one. Both work until you retire the old one."
                    </p>
                }
                .into_any(),
                _ => ().into_any(),
            }}
            <p class="muted">
                "Who created, saw or retired a secret is in the "
                <a href=client_id.with_value(|id| audit_of(id)) rel="external">
                    "audit trail"
                </a> "."
            </p>
        </section>
    }
}

/// A secret. `index` is its place if there are two, the newest first: with two, one must be retired.
fn secret_row(
    client_id: StoredValue<String>,
    card: Memo<ApplicationCard>,
    fresh: Signal<Option<String>>,
    id: SecretId,
    index: Option<usize>,
) -> AnyView {
    let what = match index {
        None => "Client Secret",
        Some(0) => "New Client Secret",
        Some(_) => "Old Client Secret",
    };
    let place = index.unwrap_or_default();
    let text =
        move || live_text(card.with(|card| card.secrets.get(place).map(secret_text).unwrap_or_default()));
    let fresh = if place == 0 { fresh } else { Signal::stored(None) };
    let retire = index.map(|index| retire_link(&client_id.get_value(), id, index == 0));
    view! {
        <div class="fact">
            <dt>{what}</dt>
            <dd>
                <SecretField what client_id id fresh />
                <div class="secret-row">
                    <p class="muted">{text}</p>
                    {retire}
                </div>
            </dd>
        </div>
    }
    .into_any()
}

fn retire_link(client_id: &str, id: SecretId, is_new: bool) -> AnyView {
    let list = expect_context::<ListContext>();
    let dialog = DialogRoute::Retire(client_id.to_owned(), id);
    let label = if is_new {
        "Retire the new secret of"
    } else {
        "Retire the old secret of"
    };
    let own = dialog.opener();
    view! {
        <a
            class="button"
            id=own.clone()
            aria-label=label
            aria-labelledby=format!("{own} card-{client_id}")
            href=list.link(dialog)
            data-noscroll=""
        >
            "Retire"
        </a>
    }
    .into_any()
}

/// Adding a secret loses nothing, so it needs no confirmation.
fn add_button(client_id: StoredValue<String>) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let add = move |_| {
        let client_id = client_id.get_value();
        browser::spawn(async move {
            match browser::ask_again(add_secret(client_id.clone()).await) {
                Ok(secret) => {
                    toasts.success("New secret created. The old one works until you retire it.");
                    browser::focus(format!("card-{client_id}"));
                    list.fresh_secret.set(Some((client_id, secret)));
                }
                Err(error) => toasts.failure(error.message()),
            }
            list.refresh();
        });
    };
    let id = client_id.get_value();
    view! {
        <button
            type="button"
            class="button"
            id=format!("new-secret-{id}")
            aria-label="New secret for"
            aria-labelledby=format!("new-secret-{id} card-{id}")
            on:click=add
        >
            "New secret"
        </button>
    }
    .into_any()
}
