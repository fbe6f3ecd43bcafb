//! The other actions on an application.

use leptos::prelude::*;

use super::button::card_button;
use crate::components::live_text::live_text;
use crate::components::toast::Toasts;
use crate::functions::applications::card::ApplicationCard;
use crate::functions::applications::set_paused;
use crate::pages::admin::settings::oauth_applications::address::{self, DialogRoute};
use crate::pages::admin::settings::oauth_applications::context::ListContext;

/// The buttons at the bottom of a card.
#[component]
pub(super) fn CardActions(
    client_id: String,
    card: Memo<ApplicationCard>,
    paused: Memo<bool>,
) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let id = client_id.clone();
    let set_paused = Action::new_unsync(move |pause: &bool| {
        let pause = *pause;
        let (client_id, name) = (id.clone(), card.with_untracked(|card| card.form.name.clone()));
        async move {
            match set_paused(client_id, pause).await {
                Ok(()) if pause => toasts.success(format!(
                    "{name} paused. Its tokens are refused until you resume it."
                )),
                Ok(()) => toasts.success(format!("{name} resumed")),
                Err(error) => toasts.failure(error.message()),
            }
            list.refresh();
        }
    });
    let toggle = move |_| {
        set_paused.dispatch_local(!paused.get_untracked());
    };
    let busy = set_paused.pending();
    let action = |label: &'static str, text: &'static str, dialog: DialogRoute| {
        let own = dialog.opener();
        let open = Callback::new(move |()| list.open(dialog.clone()));
        card_button(&client_id, own, label, text, open)
    };
    let page = |page: &'static str, text: &'static str, address: String| {
        view! {
            <a
                class="button button-quiet"
                id=format!("{page}-{client_id}")
                aria-labelledby=format!("{page}-{client_id} card-{client_id}")
                href=address
                rel="external"
            >
                {text}
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
            {page("use", "Use it", address::use_it(&client_id))}
            {page("activity", "Activity", address::activity(&client_id))}
            {action("Duplicate", "Duplicate", DialogRoute::Duplicate(client_id.clone()))}
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
            {action("Disconnect everyone from", "Disconnect everyone", DialogRoute::Disconnect(client_id.clone()))}
        </div>
    }
}
