//! The dialogs of the page.

use std::sync::Arc;

use latchkey_domain::ApplicationDraft;
use leptos::prelude::*;

use super::{Address, Dialog as Which, ListContext, progress};
use crate::browser;
use crate::components::application_card::connected;
use crate::components::application_form::{ApplicationForm, Send};
use crate::components::confirm::{Confirm, Deed};
use crate::components::dialog::Dialog;
use crate::components::refusal_notice::RefusalNotice;
use crate::components::toast::Toasts;
use crate::functions::Refusal;
use crate::functions::applications::{
    ApplicationCard, Saved, SecretDeed, create_application, delete_application, disconnect_everyone,
    find_application, secret, update_application,
};

/// What is known about the dialog that the address names.
#[derive(Clone)]
enum Opened {
    /// A form for a new application.
    New,
    /// A dialog about an application is on its way: the application is read first, since it may not be on the page
    /// that is shown, or be as it was.
    Loading,
    /// A dialog about an application.
    About(Which, Box<ApplicationCard>),
    /// There is no such application, or it could not be read.
    Failed(Refusal),
}

/// The dialog that the address names. It opens in the browser only: a dialog without script would do nothing.
#[component]
pub(super) fn OpenDialog(dialog: Memo<Result<Option<Which>, ()>>) -> impl IntoView {
    let opened = RwSignal::new(None::<Opened>);
    Effect::new(move || {
        let Ok(Some(which)) = dialog.get() else {
            opened.set(None);
            return;
        };
        let Some(client_id) = which.client_id().map(str::to_owned) else {
            opened.set(Some(Opened::New));
            return;
        };
        opened.set(Some(Opened::Loading));
        browser::spawn(async move {
            let found = find_application(client_id).await;
            // By now another dialog may be wanted, or none.
            if dialog.try_get_untracked() == Some(Ok(Some(which.clone()))) {
                opened.set(Some(match found {
                    Ok(card) => Opened::About(which, Box::new(card)),
                    Err(refusal) => Opened::Failed(refusal),
                }));
            }
        });
    });
    move || opened.get().map(show)
}

fn show(opened: Opened) -> AnyView {
    match opened {
        Opened::New => create(ApplicationDraft::default(), "New OAuth Application"),
        Opened::Loading => progress("Opening the dialog").into_any(),
        Opened::Failed(refusal) => failed(refusal),
        Opened::About(which, card) => match which {
            Which::Edit(_) => edit(*card),
            Which::Delete(_) => delete(*card),
            Which::Disconnect(_) => disconnect(*card),
            Which::Retire(_, secret) => retire(*card, secret),
            Which::New | Which::Duplicate(_) => {
                let mut draft = card.form;
                draft.name = copy_of(&draft.name);
                create(draft, "Duplicate OAuth Application")
            }
        },
    }
}

/// “Copy of …”, cut to what a name may have.
fn copy_of(name: &str) -> String {
    format!("Copy of {name}")
        .chars()
        .take(latchkey_domain::ApplicationName::MAX_LENGTH)
        .collect()
}

fn failed(refusal: Refusal) -> AnyView {
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
    .into_any()
}

fn create(initial: ApplicationDraft, title: &'static str) -> AnyView {
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
    .into_any()
}

fn edit(card: ApplicationCard) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let on_close = Callback::new(move |()| list.close());
    let title = format!("Edit {}", card.form.name);
    let has_secret = card.form.confidential;
    let (client_id, revision, initial) = (card.client_id, card.revision, card.form);
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
    .into_any()
}

fn delete(card: ApplicationCard) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let name = card.form.name.clone();
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
    .into_any()
}

fn disconnect(card: ApplicationCard) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let name = card.form.name.clone();
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
    .into_any()
}

fn retire(card: ApplicationCard, id: String) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let Some(at) = card.secrets.iter().position(|kept| *kept == id) else {
        return failed(Refusal::told("", "This secret has been retired already.".into()));
    };
    let which = if at == 0 { "new" } else { "old" };
    let title = format!("Retire the {which} secret of {}?", card.form.name);
    let words = card.secret_words.get(at).cloned().unwrap_or_default();
    let deed: Deed = {
        let client_id = card.client_id;
        Arc::new(move || {
            let (client_id, id) = (client_id.clone(), id.clone());
            Box::pin(async move {
                secret(client_id.clone(), SecretDeed::Retire(id)).await?;
                toasts.success("Secret retired");
                list.refresh();
                list.close();
                browser::focus(format!("card-{client_id}"));
                Ok(())
            })
        })
    };
    view! {
        <Confirm title action="Retire secret" deed on_close=Callback::new(move |()| list.close())>
            <p>
                {words}
                " Whatever still sends it is refused from its next request on, which cannot be undone."
            </p>
        </Confirm>
    }
    .into_any()
}
