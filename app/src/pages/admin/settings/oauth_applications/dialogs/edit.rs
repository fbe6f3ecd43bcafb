//! **Edit**.

use leptos::prelude::*;

use super::form::{ApplicationForm, Editing};
use super::unsaved::Unsaved;
use crate::components::dialog::{Dialog, DialogSize};
use crate::components::toast::Toasts;
use crate::functions::Answer;
use crate::functions::applications::card::{ApplicationCard, Saved};
use crate::functions::applications::{find_application, update_application};
use crate::pages::admin::settings::oauth_applications::context::ListContext;

/// The form for an application that exists. If someone else changes it meanwhile, the form shows what they changed.
/// `has_focus`: whether its first field has the focus.
pub(in super::super) fn edit_form(
    card: ApplicationCard,
    has_focus: bool,
    on_saved: Callback<Saved>,
    on_close: Callback<()>,
) -> AnyView {
    let editing = Editing::existing(&card.form);
    let client_id = StoredValue::new(card.client_id);
    let revision = StoredValue::new(card.revision);
    let send = Callback::new(move |draft| -> Answer<Saved> {
        Box::pin(update_application(
            client_id.get_value(),
            revision.get_value(),
            draft,
        ))
    });
    let reread = Callback::new(move |()| -> Answer<_> {
        Box::pin(async move {
            let card = find_application(client_id.get_value()).await?;
            let _ = revision.try_set_value(card.revision);
            Ok(card.form)
        })
    });
    view! { <ApplicationForm initial=card.form editing send reread has_focus on_saved on_close /> }.into_any()
}

/// The form in a dialog.
pub(super) fn edit(card: ApplicationCard) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let unsaved = expect_context::<Unsaved>();
    let on_close = Callback::new(move |()| list.close());
    let title = format!("Edit {}", card.form.name);
    let on_saved = Callback::new(move |saved: Saved| {
        toasts.success("Changes saved");
        list.fresh_secret
            .set(saved.new_secret.map(|secret| (saved.client_id, secret)));
        list.refresh();
        list.close();
    });
    view! {
        <Dialog title size=DialogSize::Form on_close=unsaved.guard(on_close)>
            {edit_form(card, true, on_saved, on_close)}
        </Dialog>
    }
    .into_any()
}
