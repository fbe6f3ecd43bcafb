//! An application on the list.

use std::sync::Arc;

use latchkey_domain::ClientType;
use leptos::prelude::*;

use super::copy_button::{CopyButton, Source};
use super::icon::{Glyph, Icon};
use super::secret_field::SecretField;
use super::toast::Toasts;
use crate::browser;
use crate::functions::applications::{ApplicationCard as Card, Moment, set_paused};
use crate::pages::oauth_applications::{Dialog, ListContext};

/// The card of one application. `card` changes when the application does; the card itself stays, and with it the focus.
#[component]
pub(crate) fn ApplicationCard(client_id: String, card: Memo<Card>) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let id = StoredValue::new(client_id.clone());
    let heading = format!("card-{client_id}");
    let name = Memo::new(move |_| card.with(|card| card.spec.name.to_string()));
    let confidential =
        Memo::new(move |_| card.with(|card| card.spec.client_type == ClientType::Confidential));
    let open = |dialog: fn(String) -> Dialog| {
        let client_id = client_id.clone();
        move |_| list.open(dialog(client_id.clone()))
    };
    let fresh = {
        let client_id = client_id.clone();
        Signal::derive(move || {
            list.fresh_secret.with(|fresh| {
                fresh
                    .as_ref()
                    .filter(|(id, _)| *id == client_id)
                    .map(|(_, secret)| secret.clone())
            })
        })
    };
    let copy_id: Source = {
        let client_id = client_id.clone();
        Arc::new(move || {
            let client_id = client_id.clone();
            Box::pin(async move { Ok(client_id) })
        })
    };
    view! {
        <article class="card" class:card-paused=move || card.with(|card| card.paused) aria-labelledby=heading.clone()>
            <header class="card-header">
                <h2 class="card-name" id=heading.clone() tabindex="-1">
                    {name}
                </h2>
                <Show when=move || card.with(|card| card.paused)>
                    <span class="badge badge-paused">"Paused"</span>
                </Show>
                <div class="card-tools">
                    <button
                        type="button"
                        class="icon-button"
                        id=format!("edit-{client_id}")
                        aria-label=move || format!("Edit {}", name.get())
                        on:click=open(Dialog::Edit)
                    >
                        <Glyph icon=Icon::Pencil />
                    </button>
                    <button
                        type="button"
                        class="icon-button icon-button-danger"
                        id=format!("delete-{client_id}")
                        aria-label=move || format!("Delete {}", name.get())
                        on:click=open(Dialog::Delete)
                    >
                        <Glyph icon=Icon::Trash />
                    </button>
                </div>
            </header>
            <dl class="facts">
                <div class="fact">
                    <dt>"Client ID"</dt>
                    <dd class="value-row">
                        <code class="mono value">{client_id.clone()}</code>
                        <CopyButton what="Client ID" source=copy_id />
                    </dd>
                </div>
                <Show when=move || confidential.get()>
                    <div class="fact">
                        <dt>"Client Secret"</dt>
                        <dd>
                            <SecretField client_id=id.get_value() fresh />
                        </dd>
                    </div>
                </Show>
                <div class="fact">
                    <dt>"Redirect URI"</dt>
                    <dd>
                        {move || {
                            card.with(|card| {
                                card.spec
                                    .redirect_uris
                                    .iter()
                                    .map(|uri| view! { <code class="mono value value-line">{uri.to_string()}</code> })
                                    .collect_view()
                            })
                        }}
                    </dd>
                </div>
                <div class="fact">
                    <dt>"Type"</dt>
                    <dd>{move || card.with(|card| card.spec.client_type.label())}</dd>
                </div>
                <div class="fact">
                    <dt>"Scopes"</dt>
                    <dd>
                        <ul class="chips">
                            {move || {
                                card.with(|card| {
                                    card.spec
                                        .scopes
                                        .iter()
                                        .map(|scope| {
                                            let host = scope.is_host_only();
                                            view! {
                                                <li class="chip mono" class:chip-host=host title=scope.description()>
                                                    {scope.id()}
                                                    {host.then(|| view! { <span class="chip-mark">"Host"</span> })}
                                                </li>
                                            }
                                        })
                                        .collect_view()
                                })
                            }}
                        </ul>
                    </dd>
                </div>
                <div class="fact">
                    <dt>"Consent screen"</dt>
                    <dd>{move || if card.with(|card| card.spec.skip_consent) { "Skipped" } else { "Shown" }}</dd>
                </div>
            </dl>
            <footer class="card-footer">
                <p class="muted card-times">
                    "Created " {move || card.with(|card| moment(&card.created))} " · "
                    {move || {
                        card.with(|card| match &card.last_used {
                            Some(used) => view! { "Last used " {moment(used)} }.into_any(),
                            None => "Never used".into_any(),
                        })
                    }} " · " {move || connected(card.with(|card| card.connected_members))}
                </p>
                <CardActions client_id=client_id.clone() card name />
            </footer>
        </article>
    }
}

/// What else can be done with an application.
#[component]
fn CardActions(client_id: String, card: Memo<Card>, name: Memo<String>) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let busy = RwSignal::new(false);
    let open = |dialog: fn(String) -> Dialog| {
        let client_id = client_id.clone();
        move |_| list.open(dialog(client_id.clone()))
    };
    let toggle = {
        let client_id = client_id.clone();
        move |_| {
            let pause = !card.with_untracked(|card| card.paused);
            let (client_id, name) = (client_id.clone(), name.get_untracked());
            busy.set(true);
            browser::spawn(async move {
                match set_paused(client_id, pause).await {
                    Ok(()) if pause => toasts.success(format!(
                        "{name} paused. Its tokens are refused until you resume it."
                    )),
                    Ok(()) => toasts.success(format!("{name} resumed")),
                    Err(refusal) => toasts.failure(refusal.words()),
                }
                list.refresh();
                let _ = busy.try_set(false);
            });
        }
    };
    view! {
        <div class="card-actions">
            <button
                type="button"
                class="button button-quiet"
                aria-label=move || format!("{} {}", if card.with(|card| card.paused) { "Resume" } else { "Pause" }, name.get())
                aria-busy=move || busy.get().to_string()
                on:click=toggle
            >
                {move || if card.with(|card| card.paused) { "Resume" } else { "Pause" }}
            </button>
            <button
                type="button"
                class="button button-quiet"
                id=format!("duplicate-{client_id}")
                aria-label=move || format!("Duplicate {}", name.get())
                on:click=open(Dialog::Duplicate)
            >
                "Duplicate"
            </button>
            <button
                type="button"
                class="button button-quiet"
                id=format!("disconnect-{client_id}")
                aria-label=move || format!("Disconnect everyone from {}", name.get())
                on:click=open(Dialog::Disconnect)
            >
                "Disconnect everyone"
            </button>
        </div>
    }
}

/// How many members are connected, in words.
pub(crate) fn connected(members: u64) -> String {
    match members {
        0 => "No members connected".into(),
        1 => "1 member connected".into(),
        more => format!("{more} members connected"),
    }
}

fn moment(moment: &Moment) -> impl IntoView + use<> {
    view! { <time datetime=moment.iso.clone()>{moment.words.clone()}</time> }
}
