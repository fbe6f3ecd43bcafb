//! The secrets on a card: one, or two while an integration moves from the old one to the new one.

use latchkey_domain::SecretId;
use leptos::prelude::*;

use super::button::card_button;
use super::secret_field::SecretField;
use super::secret_text::secret_text;
use crate::browser;
use crate::components::live_text::live_text;
use crate::components::toast::Toasts;
use crate::functions::applications::add_secret;
use crate::functions::applications::card::ApplicationCard;
use crate::pages::admin::settings::oauth_applications::address::DialogRoute;
use crate::pages::admin::settings::oauth_applications::context::ListContext;

/// The secrets of a confidential application, newest first. `fresh` is the value of the newest if it was just created.
#[component]
pub(super) fn Secrets(
    client_id: StoredValue<String>,
    card: Memo<ApplicationCard>,
    fresh: Signal<Option<String>>,
) -> impl IntoView {
    // The fields stay while their texts change.
    let ids =
        Memo::new(move |_| card.with(|card| card.secrets.iter().map(|secret| secret.id).collect::<Vec<_>>()));
    move || {
        let ids = ids.get();
        let two = ids.len() > 1;
        let row = |(index, id): (usize, SecretId)| {
            let what = match (two, index) {
                (false, _) => "Client Secret",
                (true, 0) => "New Client Secret",
                (true, _) => "Old Client Secret",
            };
            let text = move || {
                live_text(card.with(|card| card.secrets.get(index).map(secret_text).unwrap_or_default()))
            };
            let fresh = if index == 0 { fresh } else { Signal::stored(None) };
            // With one secret, another can be added. With two, one must be retired.
            let button = if two {
                retire_button(&client_id.get_value(), id, index == 0)
            } else {
                add_button(&client_id.get_value())
            };
            view! {
                <SecretField what client_id id fresh />
                <div class="secret-row">
                    <p class="muted">{text}</p>
                    {button}
                </div>
            }
            .into_any()
        };
        ids.into_iter().enumerate().map(row).collect_view()
    }
}

fn retire_button(client_id: &str, id: SecretId, is_new: bool) -> AnyView {
    let list = expect_context::<ListContext>();
    let dialog = DialogRoute::Retire(client_id.to_owned(), id);
    let label = if is_new {
        "Retire the new secret of"
    } else {
        "Retire the old secret of"
    };
    let own = dialog.opener();
    let open = Callback::new(move |()| list.open(dialog.clone()));
    card_button(client_id, own, label, "Retire", open)
}

/// Adding a secret loses nothing, so it needs no confirmation.
fn add_button(client_id: &str) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let id = client_id.to_owned();
    let add = Callback::new(move |()| {
        let client_id = id.clone();
        browser::spawn(async move {
            match add_secret(client_id.clone()).await {
                Ok(secret) => {
                    toasts.success("New secret created. The old one works until you retire it.");
                    browser::focus(format!("card-{client_id}"));
                    list.fresh_secret.set(Some((client_id, secret)));
                }
                Err(error) => toasts.failure(error.message()),
            }
            list.refresh();
        });
    });
    card_button(
        client_id,
        format!("new-secret-{client_id}"),
        "New secret for",
        "New secret",
        add,
    )
}
