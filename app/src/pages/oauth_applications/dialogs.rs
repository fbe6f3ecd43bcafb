//! The dialogs of the page.

use std::sync::Arc;

use latchkey_domain::{ApplicationDraft, ClientType};
use leptos::prelude::*;

use super::{Address, Dialog as Which, ListContext};
use crate::browser;
use crate::components::application_card::connected;
use crate::components::application_form::{ApplicationForm, Send};
use crate::components::confirm::{Confirm, Deed};
use crate::components::dialog::Dialog;
use crate::components::refusal_notice::RefusalNotice;
use crate::components::toast::Toasts;
use crate::functions::Refusal;
use crate::functions::applications::{
    ApplicationCard, Saved, create_application, delete_application, disconnect_everyone, find_application,
    update_application,
};

/// The dialog that the address names.
#[component]
pub(super) fn OpenDialog(dialog: Which) -> impl IntoView {
    match dialog {
        Which::New => create(ApplicationDraft::default(), "New OAuth Application").into_any(),
        Which::Duplicate(id) => about(id, |card| {
            let mut draft = ApplicationDraft::from_spec(&card.spec);
            draft.name = copy_of(&draft.name);
            create(draft, "Duplicate OAuth Application").into_any()
        })
        .into_any(),
        Which::Edit(id) => about(id, |card| edit(card).into_any()).into_any(),
        Which::Delete(id) => about(id, |card| delete(card).into_any()).into_any(),
        Which::Disconnect(id) => about(id, |card| disconnect(card).into_any()).into_any(),
    }
}

/// “Copy of …”, cut to what a name may have.
fn copy_of(name: &str) -> String {
    format!("Copy of {name}")
        .chars()
        .take(latchkey_domain::ApplicationName::MAX_LENGTH)
        .collect()
}

/// A dialog about one application, which is read first: it may not be on the page that is shown.
fn about(client_id: String, show: fn(ApplicationCard) -> AnyView) -> impl IntoView {
    let card = Resource::new(|| (), move |()| find_application(client_id.clone()));
    view! {
        <Suspense>
            {move || {
                card.get()
                    .map(|card| match card {
                        Ok(card) => show(card),
                        Err(refusal) => failed(refusal).into_any(),
                    })
            }}
        </Suspense>
    }
}

fn failed(refusal: Refusal) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let on_close = Callback::new(move |()| list.close());
    view! {
        <Dialog title="OAuth Application" on_close small=true>
            <div class="dialog-body">
                <RefusalNotice refusal=Signal::stored(Some(refusal)) />
            </div>
            <footer class="dialog-footer">
                <button type="button" class="button" on:click=move |_| on_close.run(())>
                    "Close"
                </button>
            </footer>
        </Dialog>
    }
}

fn create(initial: ApplicationDraft, title: &'static str) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let on_close = Callback::new(move |()| list.close());
    let send: Send = Arc::new(|draft| Box::pin(create_application(draft)));
    let on_saved = Callback::new(move |saved: Saved| {
        toasts.success("Application created");
        list.fresh_secret
            .set(saved.new_secret.map(|secret| (saved.client_id, secret)));
        list.refresh();
        // The new card stands first: on the first page of all.
        list.go(&Address::start());
    });
    view! {
        <Dialog title on_close>
            <ApplicationForm initial submit_label="Create" send on_saved on_close />
        </Dialog>
    }
}

fn edit(card: ApplicationCard) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let on_close = Callback::new(move |()| list.close());
    let title = format!("Edit {}", card.spec.name);
    let initial = ApplicationDraft::from_spec(&card.spec);
    let has_secret = card.spec.client_type == ClientType::Confidential;
    let (client_id, revision) = (card.client_id, card.revision);
    let send: Send = Arc::new(move |draft| Box::pin(update_application(client_id.clone(), revision, draft)));
    let on_saved = Callback::new(move |saved: Saved| {
        toasts.success("Changes saved");
        list.fresh_secret
            .set(saved.new_secret.map(|secret| (saved.client_id, secret)));
        list.refresh();
        list.close();
    });
    view! {
        <Dialog title on_close>
            <ApplicationForm initial has_secret was_public=!has_secret submit_label="Save" send on_saved on_close />
        </Dialog>
    }
}

fn delete(card: ApplicationCard) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let name = card.spec.name.to_string();
    let consequence = match card.connected_members {
        0 => "No member is connected to it now. Whatever uses its credentials stops working at once."
            .to_owned(),
        1 => "1 member’s connection stops at once, and so does whatever uses its credentials.".to_owned(),
        more => format!(
            "The connections of {more} members stop at once, and so does whatever uses its credentials."
        ),
    };
    let deed: Deed = {
        let (client_id, name) = (card.client_id, name.clone());
        Arc::new(move || {
            let (client_id, name) = (client_id.clone(), name.clone());
            Box::pin(async move {
                delete_application(client_id).await?;
                toasts.success(format!("{name} deleted"));
                list.refresh();
                list.close();
                browser::focus("page-title".into());
                Ok(())
            })
        })
    };
    view! {
        <Confirm title=format!("Delete {name}?") action="Delete application" deed on_close=Callback::new(move |()| list.close())>
            <p>"This is permanent and cannot be undone. " {consequence}</p>
        </Confirm>
    }
}

fn disconnect(card: ApplicationCard) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let name = card.spec.name.to_string();
    let now = connected(card.connected_members);
    let deed: Deed = {
        let (client_id, name) = (card.client_id, name.clone());
        Arc::new(move || {
            let (client_id, name) = (client_id.clone(), name.clone());
            Box::pin(async move {
                let members = disconnect_everyone(client_id).await?;
                toasts.success(match members {
                    1 => format!("1 member disconnected from {name}"),
                    _ => format!("{members} members disconnected from {name}"),
                });
                list.refresh();
                list.close();
                Ok(())
            })
        })
    };
    view! {
        <Confirm
            title=format!("Disconnect everyone from {name}?")
            action="Disconnect everyone"
            deed
            on_close=Callback::new(move |()| list.close())
        >
            <p>
                {now}
                ". Every code and token is revoked at once, and members are asked again before the application can act for them. The application and its credentials stay."
            </p>
        </Confirm>
    }
}
