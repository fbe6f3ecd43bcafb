//! **Delete**.

use leptos::prelude::*;

use super::pause_instead::pause_instead;
use crate::browser;
use crate::components::confirm::Confirm;
use crate::components::toast::Toasts;
use crate::functions::Answer;
use crate::functions::applications::card::ApplicationCard;
use crate::functions::applications::delete_application;
use crate::pages::admin::settings::oauth_applications::context::ListContext;

/// Asks whether to delete an application. If it is in use, its name has to be typed.
pub(super) fn delete(card: ApplicationCard) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let instead = pause_instead(&card);
    let used = card.used.as_ref().map(|ago| format!(" It was last used {ago}."));
    let (client_id, name) = (card.client_id, card.form.name);
    let title = format!("Delete {name}?");
    let expected = card.in_use.then(|| name.clone());
    let consequence = match card.connected_members {
        0 => "No member is connected to it. Anything that uses its credentials stops working at once."
            .to_owned(),
        1 => "1 member is disconnected at once, and anything that uses its credentials stops working."
            .to_owned(),
        more => format!(
            "{more} members are disconnected at once, and anything that uses its credentials stops working."
        ),
    };
    let on_confirm = Callback::new(move |()| -> Answer<()> {
        let (client_id, name) = (client_id.clone(), name.clone());
        Box::pin(async move {
            delete_application(client_id).await?;
            toasts.success(format!("{name} deleted"));
            list.refresh();
            list.close();
            browser::focus("page-title".into());
            Ok(())
        })
    });
    let on_close = Callback::new(move |()| list.close());
    view! {
        <Confirm title action="Delete application" name=expected instead on_confirm on_close>
            <p>"This is permanent and cannot be undone. " {consequence} {used}</p>
        </Confirm>
    }
    .into_any()
}
