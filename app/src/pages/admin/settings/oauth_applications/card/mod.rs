//! An application on the list.

mod actions;
mod facts;
pub(super) mod history;
mod secret_field;
pub(super) mod secret_text;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use self::actions::CardMenu;
use self::facts::{facts, more, website};
use self::history::health;
use super::address::{self, DialogRoute};
use super::context::ListContext;
use super::reading::Shown;
use super::tab::Tab;
use crate::components::copy_button::CopyButton;
use crate::components::icon::{Glyph, Icon};
use crate::components::live_text::live_text;
use crate::components::logo::logo;
use crate::components::menu::{Step, focus_in};
use crate::functions::Answer;
use crate::functions::applications::card::ApplicationCard as CardData;

pub(super) use self::actions::{TRY_IT, menu_id, toggle_pause};
pub(super) use self::facts::{client_type, scopes};
pub(super) use self::secret_field::SecretField;

/// The secret of `client_id` if it was just created.
pub(super) fn fresh_secret(client_id: StoredValue<String>) -> Signal<Option<String>> {
    let list = expect_context::<ListContext>();
    Signal::derive(move || {
        list.fresh_secret.with(|fresh| {
            fresh
                .as_ref()
                .filter(|(of, _)| client_id.with_value(|id| of == id))
                .map(|(_, secret)| secret.clone())
        })
    })
}

/// The client id, and a button that copies it.
pub(super) fn client_id_row(client_id: StoredValue<String>) -> AnyView {
    let copy =
        Callback::new(move |()| -> Answer<String> { Box::pin(async move { Ok(client_id.get_value()) }) });
    let id = client_id.get_value();
    view! {
        <div class="fact">
            <dt>"Client ID"</dt>
            <dd class="value-row">
                <code class="mono value" translate="no" title=id.clone()>
                    {id.clone()}
                </code>
                <CopyButton id=format!("copy-id-{id}") what="Client ID" source=copy />
            </dd>
        </div>
    }
    .into_any()
}

/// Whether an application is paused, beside its name.
pub(super) fn paused_badge(paused: bool) -> Option<AnyView> {
    paused.then(|| view! { <span class="badge badge-paused">"Paused"</span> }.into_any())
}

/// The card of one application. `card` changes with the application; the card's buttons and their focus stay.
#[component]
pub(super) fn ApplicationCard(client_id: String, card: Memo<CardData>) -> impl IntoView {
    let id = StoredValue::new(client_id.clone());
    let heading = format!("card-{client_id}");
    let paused = Memo::new(move |_| card.with(|card| card.paused));
    let fresh = fresh_secret(id);
    // The newest secret, and how many there are. A public application has none.
    let secret = Memo::new(move |_| {
        card.with(|card| card.secrets.first().map(|newest| (newest.id, card.secrets.len())))
    });
    view! {
        <article class="card" class:card-paused=paused aria-labelledby=heading.clone()>
            <header class="card-header">
                {move || card.with(|card| logo(&card.form.name, card.logo.as_ref(), "logo-card"))}
                <div class="card-title">
                    <h2 class="card-name" id=heading.clone() tabindex="-1">
                        <a
                            href=address::application(&client_id, Tab::Overview)
                            title=move || card.with(|card| card.form.description.clone())
                            dir="auto"
                        >
                            {move || live_text(card.with(|card| card.form.name.clone()))}
                        </a>
                    </h2>
                    <p class="card-type">
                        <span class="visually-hidden">"Type: "</span>
                        {move || live_text(card.with(client_type))}
                        {move || card.with(|card| card.form.skip_consent).then(|| live_text(" · Consent skipped"))}
                        {move || card.with(website).map(|host| live_text(format!(" · {host}")))}
                    </p>
                </div>
                {move || paused_badge(paused.get())}
                {tools(client_id, card)}
            </header>
            <div class="card-facts">
                <dl class="facts">
                    {client_id_row(id)}
                    {move || {
                        secret
                            .get()
                            .map(|(newest, count)| {
                                view! {
                                    <div class="fact">
                                        <dt>"Client Secret"</dt>
                                        <dd>
                                            <SecretField what="Client Secret" client_id=id id=newest fresh />
                                            {(count > 1)
                                                .then(|| id.with_value(|id| more(id, Tab::Credentials, "+1 old secret".into())))}
                                        </dd>
                                    </div>
                                }
                            })
                    }}
                    {move || card.with(facts)}
                </dl>
            </div>
            <footer class="card-footer">{move || card.with(health)}</footer>
        </article>
    }
}

const TOOL: &str = ":scope > a, :scope > div > button";

/// Pencil, trash and the menu: one stop of Tab, with arrow keys between them.
fn tools(client_id: String, card: Memo<CardData>) -> AnyView {
    let list = expect_context::<ListContext>();
    let may_change = expect_context::<Shown>().may_change();
    let own = format!("tools-{client_id}");
    let keys = {
        let own = own.clone();
        move |event: KeyboardEvent| {
            if let Some(step) = Step::of(&event.key(), ("ArrowLeft", "ArrowRight")) {
                event.prevent_default();
                focus_in(&own, TOOL, step);
            }
        }
    };
    // Its name is “Edit Mobile App”: its own label, then the card's heading, which changes with the application.
    let tool = {
        let client_id = client_id.clone();
        move |label: &'static str,
              class: &'static str,
              icon: Icon,
              dialog: DialogRoute,
              tabindex: Signal<&'static str>| {
            let own = dialog.opener();
            view! {
                <a
                    class=class
                    id=own.clone()
                    aria-label=label
                    aria-labelledby=format!("{own} card-{client_id}")
                    title=label
                    href=list.link(dialog)
                    data-noscroll=""
                    tabindex=tabindex
                >
                    <Glyph icon />
                </a>
            }
            .into_any()
        }
    };
    let edit = {
        let (tool, client_id) = (tool.clone(), client_id.clone());
        move || {
            may_change.get().then(|| {
                let dialog = DialogRoute::Edit(client_id.clone());
                tool("Edit", "icon-button", Icon::Pencil, dialog, Signal::stored("0"))
            })
        }
    };
    let delete = tool(
        "Delete",
        "icon-button icon-button-danger",
        Icon::Trash,
        DialogRoute::Delete(client_id.clone()),
        Signal::derive(move || if may_change.get() { "-1" } else { "0" }),
    );
    view! {
        <div
            class="card-tools"
            role="toolbar"
            id=own
            aria-label="Actions"
            on:keydown=keys
        >
            {edit}
            {delete}
            <CardMenu client_id card />
        </div>
    }
    .into_any()
}
