//! **Settings**: the form, the logo, the file, and the danger zone.

use leptos::prelude::*;

use crate::components::live_text::live_text;
use crate::components::toast::Toasts;
use crate::functions::applications::card::{ApplicationCard, Saved};
use crate::pages::admin::settings::oauth_applications::address::{self, Address, DialogRoute, Part};
use crate::pages::admin::settings::oauth_applications::card::toggle_pause;
use crate::pages::admin::settings::oauth_applications::context::ListContext;
use crate::pages::admin::settings::oauth_applications::dialogs::edit::edit_form;
use crate::pages::admin::settings::oauth_applications::header::plan_notice;
use crate::pages::admin::settings::oauth_applications::reading::Shown;
use crate::pages::admin::settings::oauth_applications::tab::Tab;

#[component]
pub(super) fn Settings(card: Memo<ApplicationCard>) -> impl IntoView {
    let may_change = expect_context::<Shown>().may_change();
    // A save makes a new revision, and with it a new form. What was typed stays until then.
    let revision = Memo::new(move |_| card.with(|card| card.revision));
    view! {
        {plan_notice()}
        {move || {
            revision.track();
            may_change.get().then(|| form(card.get_untracked()))
        }}
        {logo_forms(card)}
        {export(card)}
        {danger_zone(card, may_change)}
    }
}

/// The form for what the host chose. A save that makes a secret leads to it.
fn form(card: ApplicationCard) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let go = {
        let client_id = card.client_id.clone();
        move |tab| {
            let client_id = client_id.clone();
            list.go(&Address {
                application: Some(Part { client_id, tab }),
                ..Address::start()
            });
        }
    };
    let on_close = {
        let go = go.clone();
        Callback::new(move |()| match list.form.next() {
            Some(address) => list.visit(&address),
            None => go(Tab::Overview),
        })
    };
    provide_context(list.form);
    let on_saved = Callback::new(move |saved: Saved| {
        toasts.success("Changes saved");
        let has_secret = saved.new_secret.is_some();
        list.fresh_secret
            .set(saved.new_secret.map(|secret| (saved.client_id, secret)));
        list.refresh();
        if has_secret {
            go(Tab::Credentials);
        }
    });
    view! {
        <section class="section inline-form" aria-label="Settings">
            {edit_form(card, false, on_saved, on_close)}
        </section>
    }
    .into_any()
}

/// Uploads or removes the logo. These are plain forms: they work before the WebAssembly runs.
fn logo_forms(card: Memo<ApplicationCard>) -> AnyView {
    let action = card.with_untracked(|card| address::logo(&card.client_id));
    let remove = action.clone();
    let has_logo = move || card.with(|card| card.logo.is_some());
    view! {
        <section class="section" aria-labelledby="logo-title">
            <h2 id="logo-title">"Logo"</h2>
            <p class="muted" id="logo-hint">
                "PNG, JPEG or WebP, up to 1 MB. Members see it when they are asked and in their connected apps."
            </p>
            <div class="actions">
                <form class="actions" method="post" enctype="multipart/form-data" action=action>
                    <label class="visually-hidden" for="logo">
                        "Picture"
                    </label>
                    <input
                        class="input"
                        id="logo"
                        name="logo"
                        type="file"
                        required
                        accept="image/png,image/jpeg,image/webp"
                        aria-describedby="logo-hint"
                    />
                    <button class="button">"Upload"</button>
                </form>
                {move || {
                    has_logo()
                        .then(|| {
                            view! {
                                <form method="post" enctype="multipart/form-data" action=remove.clone()>
                                    <input type="hidden" name="logo" value="" />
                                    <button class="button">"Remove the logo"</button>
                                </form>
                            }
                        })
                }}
            </div>
        </section>
    }
    .into_any()
}

fn export(card: Memo<ApplicationCard>) -> AnyView {
    let address = card.with_untracked(|card| address::export(&card.client_id));
    view! {
        <section class="section" aria-labelledby="export-title">
            <h2 id="export-title">"Export"</h2>
            <p class="muted">
                "A JSON file with everything but the secret. Another network imports it with "
                <code class="mono" translate="no">"latchkey app import"</code> "."
            </p>
            <div class="actions">
                <a class="button" href=address rel="external">
                    "Export"
                </a>
            </div>
        </section>
    }
    .into_any()
}

/// What stops the application, for a while or for good.
fn danger_zone(card: Memo<ApplicationCard>, may_change: Memo<bool>) -> AnyView {
    let list = expect_context::<ListContext>();
    let client_id = card.with_untracked(|card| card.client_id.clone());
    let paused = Memo::new(move |_| card.with(|card| card.paused));
    let members = Memo::new(move |_| card.with(|card| card.connected_members));
    let toggle = toggle_pause(card);
    let busy = toggle.pending();
    let pause_id = format!("pause-{client_id}");
    let disconnect = DialogRoute::Disconnect(client_id.clone());
    let delete = DialogRoute::Delete(client_id);
    let pause = move || {
        may_change.get().then(|| {
            let text = move || if paused.get() { "Resume" } else { "Pause" };
            let effect = move || {
                if paused.get() {
                    "Tokens work again, and members can authorize it."
                } else {
                    "Tokens are refused until you resume it. Nothing is lost."
                }
            };
            view! {
                <li>
                    <p>{move || live_text(effect())}</p>
                    <button
                        type="button"
                        class="button"
                        id=pause_id.clone()
                        aria-busy=move || busy.get().to_string()
                        on:click=move |_| {
                            toggle.dispatch_local(());
                        }
                    >
                        {move || live_text(text())}
                    </button>
                </li>
            }
        })
    };
    let disconnect = move || {
        (members.get() > 0).then(|| {
            view! {
                <li>
                    <p>"Every code and token is revoked. Members are asked again. The credentials stay."</p>
                    <a
                        class="button button-danger-quiet"
                        id=disconnect.opener()
                        href=list.link(disconnect.clone())
                        data-noscroll=""
                    >
                        "Disconnect everyone"
                    </a>
                </li>
            }
        })
    };
    view! {
        <section class="section danger-zone" aria-labelledby="danger">
            <h2 id="danger">"Danger zone"</h2>
            <ul>
                {pause}
                {disconnect}
                <li>
                    <p>"Permanent. Everything that uses its credentials stops working at once."</p>
                    <a
                        class="button button-danger-quiet"
                        id=delete.opener()
                        href=list.link(delete)
                        data-noscroll=""
                    >
                        "Delete"
                    </a>
                </li>
            </ul>
        </section>
    }
    .into_any()
}
