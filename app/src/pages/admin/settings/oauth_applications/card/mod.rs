//! An application on the list.

mod actions;
mod button;
mod facts;
pub(super) mod history;
mod secret_field;
pub(super) mod secret_text;
mod secrets;

use leptos::prelude::*;

use self::actions::CardActions;
use self::facts::facts;
use self::history::history;
use self::secrets::Secrets;
use super::address::DialogRoute;
use super::context::ListContext;
use crate::components::copy_button::CopyButton;
use crate::components::icon::{Glyph, Icon};
use crate::components::live_text::live_text;
use crate::functions::Answer;
use crate::functions::applications::card::ApplicationCard as CardData;

/// The card of one application. `card` changes with the application; the card's buttons and their focus stay.
#[component]
pub(super) fn ApplicationCard(client_id: String, card: Memo<CardData>) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let id = StoredValue::new(client_id.clone());
    let heading = format!("card-{client_id}");
    let paused = Memo::new(move |_| card.with(|card| card.paused));
    let confidential = Memo::new(move |_| card.with(|card| card.form.confidential));
    let fresh = Signal::derive(move || {
        list.fresh_secret.with(|fresh| {
            fresh
                .as_ref()
                .filter(|(of, _)| id.with_value(|id| of == id))
                .map(|(_, secret)| secret.clone())
        })
    });
    let copy_id = Callback::new(move |()| -> Answer<String> { Box::pin(async move { Ok(id.get_value()) }) });
    // Its name is “Edit Mobile App”: its own label, then the card's heading, which changes with the application.
    let tool = |label: &'static str, class: &'static str, icon: Icon, dialog: DialogRoute| {
        let own = dialog.opener();
        view! {
            <button
                type="button"
                class=class
                id=own.clone()
                aria-label=label
                aria-labelledby=format!("{own} card-{client_id}")
                on:click=list.opener(dialog)
            >
                <Glyph icon />
            </button>
        }
    };
    view! {
        <article class="card" class:card-paused=paused aria-labelledby=heading.clone()>
            <header class="card-header">
                <h2 class="card-name" id=heading.clone() tabindex="-1">
                    {move || live_text(card.with(|card| card.form.name.clone()))}
                </h2>
                {move || paused.get().then(|| view! { <span class="badge badge-paused">"Paused"</span> })}
                <div class="card-tools">
                    {tool("Edit", "icon-button", Icon::Pencil, DialogRoute::Edit(client_id.clone()))}
                    {tool("Delete", "icon-button icon-button-danger", Icon::Trash, DialogRoute::Delete(client_id.clone()))}
                </div>
            </header>
            <dl class="facts">
                <div class="fact">
                    <dt>"Client ID"</dt>
                    <dd class="value-row">
                        <code class="mono value" translate="no">{client_id.clone()}</code>
                        <CopyButton id=format!("copy-id-{client_id}") what="Client ID" source=copy_id />
                    </dd>
                </div>
                {move || {
                    confidential
                        .get()
                        .then(|| {
                            view! {
                                <div class="fact">
                                    <dt>"Client Secret"</dt>
                                    <dd>
                                        <Secrets client_id=id card fresh />
                                    </dd>
                                </div>
                            }
                        })
                }}
                {move || card.with(facts)}
            </dl>
            <footer class="card-footer">
                <p class="muted card-times">{move || card.with(history)}</p>
                <CardActions client_id card paused />
            </footer>
        </article>
    }
}
