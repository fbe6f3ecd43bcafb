//! The secrets on a card: one, or two while an integration is moved from the old one to the new one.

use leptos::prelude::*;

use super::application_card::card_button;
use super::live_text::live_text;
use super::secret_field::SecretField;
use super::toast::Toasts;
use crate::browser;
use crate::functions::applications::{ApplicationCard as Card, SecretDeed, secret};
use crate::pages::oauth_applications::{Dialog, ListContext};

/// The secrets of a confidential application, the newest first. `fresh` is the newest in the clear if it was just made.
#[component]
pub(crate) fn Secrets(
    client_id: StoredValue<String>,
    card: Memo<Card>,
    fresh: Signal<Option<String>>,
) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    // The fields stay while the words about them change. As one text: a memo of a list would be a kind of its own.
    let ids = Memo::new(move |_| card.with(|card| card.secrets.join(" ")));
    move || {
        let ids = ids.get();
        let two = ids.contains(' ');
        let rows: Vec<_> = ids
            .split(' ')
            .filter(|id| !id.is_empty())
            .enumerate()
            .map(|(at, id)| {
                let what = match (two, at) {
                    (false, _) => "Client Secret",
                    (true, 0) => "New Client Secret",
                    (true, _) => "Old Client Secret",
                };
                let state = move || {
                    live_text(card.with(|card| card.secret_words.get(at).cloned().unwrap_or_default()))
                };
                let fresh = if at == 0 { fresh } else { Signal::stored(None) };
                let application = client_id.get_value();
                // With one there can be another, with two one has to go.
                let button = if two {
                    let dialog = Dialog::Retire(application.clone(), id.to_owned());
                    let label = if at == 0 {
                        "Retire the new secret of"
                    } else {
                        "Retire the old secret of"
                    };
                    let own = dialog.opener();
                    let open = Callback::new(move |()| list.open(dialog.clone()));
                    card_button(&application, own, label, "Retire", open)
                } else {
                    let own = format!("new-secret-{application}");
                    let make = Callback::new(move |()| make_secret(client_id.get_value(), list, toasts));
                    card_button(&application, own, "New secret for", "New secret", make)
                };
                view! {
                    <SecretField what client_id id=id.to_owned() fresh />
                    <div class="secret-row">
                        <p class="muted">{state}</p>
                        {button}
                    </div>
                }
                .into_any()
            })
            .collect();
        rows.into_any()
    }
}

/// Makes a second secret. Nothing is lost by it, so nobody is asked.
fn make_secret(client_id: String, list: ListContext, toasts: Toasts) {
    browser::spawn(async move {
        match secret(client_id.clone(), SecretDeed::Make).await {
            Ok(secret) => {
                toasts.success("New secret made. The old one works until you retire it.");
                browser::focus(format!("card-{client_id}"));
                list.fresh_secret.set(Some((client_id, secret)));
            }
            Err(refusal) => toasts.failure(refusal.words()),
        }
        list.refresh();
    });
}
