//! An application on the list.

use std::sync::Arc;

use latchkey_domain::{ClientType, Scope};
use leptos::prelude::*;

use super::copy_button::{CopyButton, Source};
use super::icon::{Glyph, Icon};
use super::live_text::live_text;
use super::secrets::Secrets;
use super::toast::Toasts;
use crate::browser;
use crate::functions::applications::{ApplicationCard as Card, Moment, set_paused};
use crate::pages::oauth_applications::{Dialog, ListContext, PATH};

/// The card of one application. `card` changes when the application does; the card's buttons stay, and with them the
/// focus.
#[component]
pub(crate) fn ApplicationCard(client_id: String, card: Memo<Card>) -> impl IntoView {
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
    let copy_id: Source = Arc::new(move || Box::pin(async move { Ok(id.get_value()) }));
    // Its name is “Edit Mobile App”: its own label, then the card's heading, which changes with the application.
    let tool = |deed: &'static str, class: &'static str, icon: Icon, dialog: Dialog| {
        let own = dialog.opener();
        view! {
            <button
                type="button"
                class=class
                id=own.clone()
                aria-label=deed
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
                    {tool("Edit", "icon-button", Icon::Pencil, Dialog::Edit(client_id.clone()))}
                    {tool("Delete", "icon-button icon-button-danger", Icon::Trash, Dialog::Delete(client_id.clone()))}
                </div>
            </header>
            <dl class="facts">
                <div class="fact">
                    <dt>"Client ID"</dt>
                    <dd class="value-row">
                        <code class="mono value" translate="no">{client_id.clone()}</code>
                        <CopyButton what="Client ID" source=copy_id />
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

/// What the host decided.
fn facts(card: &Card) -> AnyView {
    let redirect_uris: Vec<_> = card
        .form
        .redirect_uris
        .lines()
        .map(|uri| view! { <code class="mono value value-line" translate="no">{uri.to_owned()}</code> })
        .collect();
    let scopes: Vec<_> = card
        .form
        .scopes
        .iter()
        .filter_map(|id| id.parse::<Scope>().ok())
        .map(|scope| {
            let host = scope.is_host_only();
            view! {
                <li
                    class=if host { "chip mono chip-host" } else { "chip mono" }
                    translate="no"
                    title=scope.description()
                >
                    {scope.id()}
                    {host.then(|| view! { <span class="chip-mark">"Host"</span> })}
                </li>
            }
        })
        .collect();
    let client_type = if card.form.confidential {
        ClientType::Confidential
    } else {
        ClientType::Public
    };
    view! {
        <div class="fact">
            <dt>"Redirect URI"</dt>
            <dd>{redirect_uris}</dd>
        </div>
        <div class="fact">
            <dt>"Type"</dt>
            <dd>{live_text(client_type.label())}</dd>
        </div>
        <div class="fact">
            <dt>"Scopes"</dt>
            <dd>
                <ul class="chips">{scopes}</ul>
            </dd>
        </div>
        <div class="fact">
            <dt>"Consent screen"</dt>
            <dd>{live_text(if card.form.skip_consent { "Skipped" } else { "Shown" })}</dd>
        </div>
    }
    .into_any()
}

/// When it was created and used, and by how many.
fn history(card: &Card) -> AnyView {
    let time = |moment: &Moment| view! { <time datetime=moment.iso.clone()>{live_text(moment.words.clone())}</time> };
    let used = if card.last_used.is_some() {
        "Last used "
    } else {
        "Never used"
    };
    view! {
        "Created "
        {time(&card.created)}
        " · "
        {live_text(used)}
        {card.last_used.as_ref().map(time)}
        " · "
        {live_text(connected(card.connected_members))}
    }
    .into_any()
}

/// What else can be done with an application.
#[component]
fn CardActions(client_id: String, card: Memo<Card>, paused: Memo<bool>) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let busy = RwSignal::new(false);
    let id = client_id.clone();
    let toggle = move |_| {
        let pause = !paused.get_untracked();
        let (client_id, name) = (id.clone(), card.with_untracked(|card| card.form.name.clone()));
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
    };
    let action = |label: &'static str, words: &'static str, dialog: Dialog| {
        let own = dialog.opener();
        let open = Callback::new(move |()| list.open(dialog.clone()));
        card_button(&client_id, own, label, words, open)
    };
    let page = |page: &'static str, words: &'static str| {
        view! {
            <a
                class="button button-quiet"
                id=format!("{page}-{client_id}")
                aria-labelledby=format!("{page}-{client_id} card-{client_id}")
                href=format!("{PATH}/{client_id}/{page}")
                rel="external"
            >
                {words}
            </a>
        }
    };
    view! {
        <div class="card-actions">
            <form method="post" action="/admin/headless-api/explorer">
                <button
                    class="button button-quiet"
                    name="application"
                    value=client_id.clone()
                    id=format!("try-{client_id}")
                    aria-labelledby=format!("try-{client_id} card-{client_id}")
                >
                    "Try it"
                </button>
            </form>
            {page("use", "Use it")}
            {page("activity", "Activity")}
            {action("Duplicate", "Duplicate", Dialog::Duplicate(client_id.clone()))}
            <button
                type="button"
                class="button button-quiet"
                id=format!("pause-{client_id}")
                aria-labelledby=format!("pause-{client_id} card-{client_id}")
                aria-busy=move || busy.get().to_string()
                on:click=toggle
            >
                {move || live_text(if paused.get() { "Resume" } else { "Pause" })}
            </button>
            {action("Disconnect everyone from", "Disconnect everyone", Dialog::Disconnect(client_id.clone()))}
        </div>
    }
}

/// A quiet button on the card of `client_id`, with the id `own`. Its name is “Retire the old secret of Mobile App”: its
/// label, then the card's heading. One function for all of them: each place that makes a button weighs half a kilobyte.
pub(crate) fn card_button(
    client_id: &str,
    own: String,
    label: &'static str,
    words: &'static str,
    press: Callback<()>,
) -> AnyView {
    let named = format!("{own} card-{client_id}");
    view! {
        <button
            type="button"
            class="button button-quiet"
            id=own
            aria-label=label
            aria-labelledby=named
            on:click=move |_| press.run(())
        >
            {words}
        </button>
    }
    .into_any()
}

/// How many members are connected, in words.
pub(crate) fn connected(members: u64) -> String {
    match members {
        0 => "No members connected".into(),
        1 => "1 member connected".into(),
        more => format!("{more} members connected"),
    }
}
