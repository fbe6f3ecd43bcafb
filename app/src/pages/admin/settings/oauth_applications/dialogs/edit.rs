//! **Edit**.

use leptos::prelude::*;

use super::form::{ApplicationForm, Editing};
use crate::components::dialog::Dialog;
use crate::components::toast::Toasts;
use crate::functions::Answer;
use crate::functions::applications::card::{ApplicationCard, Saved};
use crate::functions::applications::update_application;
use crate::pages::admin::settings::oauth_applications::context::ListContext;

/// A form for an application.
pub(super) fn edit(card: ApplicationCard) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let on_close = Callback::new(move |()| list.close());
    let title = format!("Edit {}", card.form.name);
    let editing = if card.form.confidential {
        Editing::Confidential
    } else {
        Editing::Public
    };
    let (client_id, revision, initial) = (card.client_id, card.revision, card.form);
    let send = Callback::new(move |draft| -> Answer<Saved> {
        Box::pin(update_application(client_id.clone(), revision, draft))
    });
    let on_saved = Callback::new(move |saved: Saved| {
        toasts.success("Changes saved");
        list.fresh_secret
            .set(saved.new_secret.map(|secret| (saved.client_id, secret)));
        list.refresh();
        list.close();
    });
    view! {
        <Dialog title on_close>
            <ApplicationForm initial editing send on_saved on_close />
        </Dialog>
    }
    .into_any()
}
