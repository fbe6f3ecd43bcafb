//! The secrets on a card: one, or two while an integration is moved from the old one to the new one.

use leptos::prelude::*;

use super::secret_field::SecretField;
use super::toast::Toasts;
use crate::browser;
use crate::functions::applications::{ApplicationCard as Card, SecretCard, new_secret};
use crate::pages::oauth_applications::{Dialog, ListContext};

/// The secrets of a confidential application, the newest first. `fresh` is the newest in the clear if it was just made.
#[component]
pub(crate) fn Secrets(
    client_id: StoredValue<String>,
    card: Memo<Card>,
    fresh: Signal<Option<String>>,
) -> impl IntoView {
    let list = expect_context::<ListContext>();
    // The fields stay while the words about them change.
    let ids =
        Memo::new(move |_| card.with(|card| card.secrets.iter().map(|secret| secret.id).collect::<Vec<_>>()));
    move || {
        let ids = ids.get();
        let two = ids.len() > 1;
        let rows: Vec<_> = ids
            .into_iter()
            .enumerate()
            .map(|(at, id)| {
                let what = match (two, at) {
                    (false, _) => "Client Secret",
                    (true, 0) => "New Client Secret",
                    (true, _) => "Old Client Secret",
                };
                let words = move |of: fn(&SecretCard) -> String| {
                    move || card.with(|card| card.secrets.get(at).map(of))
                };
                let fresh = if at == 0 { fresh } else { Signal::stored(None) };
                let button = if two {
                    let dialog = Dialog::Retire(client_id.get_value(), id.to_string());
                    let own = dialog.opener();
                    view! {
                        <button
                            type="button"
                            class="button button-quiet"
                            id=own.clone()
                            aria-label=format!("Retire {what} of")
                            aria-labelledby=format!("{own} card-{}", client_id.get_value())
                            on:click=list.opener(dialog)
                        >
                            "Retire"
                        </button>
                    }
                    .into_any()
                } else {
                    new_secret_button(client_id)
                };
                view! {
                    <SecretField what client_id id fresh />
                    <div class="secret-row">
                        <p class="muted secret-history">
                            {two.then_some(if at == 0 { "New. " } else { "Old. " })}
                            {words(|secret| secret.history.clone())}
                            <strong>{words(|secret| secret.verdict.clone())}</strong>
                        </p>
                        {button}
                    </div>
                }
            })
            .collect();
        rows
    }
}

/// Makes a second secret. Nothing is lost by it, so nobody is asked.
fn new_secret_button(client_id: StoredValue<String>) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let busy = RwSignal::new(false);
    let make = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let client_id = client_id.get_value();
        browser::spawn(async move {
            match new_secret(client_id.clone()).await {
                Ok(secret) => {
                    toasts.success("New secret made. The old one works until you retire it.");
                    browser::focus(format!("card-{client_id}"));
                    list.fresh_secret.set(Some((client_id, secret)));
                }
                Err(refusal) => toasts.failure(refusal.words()),
            }
            list.refresh();
            let _ = busy.try_set(false);
        });
    };
    let id = client_id.get_value();
    view! {
        <button
            type="button"
            class="button button-quiet"
            id=format!("new-secret-{id}")
            aria-label="New secret for"
            aria-labelledby=format!("new-secret-{id} card-{id}")
            aria-busy=move || busy.get().to_string()
            on:click=make
        >
            "New secret"
        </button>
    }
    .into_any()
}
