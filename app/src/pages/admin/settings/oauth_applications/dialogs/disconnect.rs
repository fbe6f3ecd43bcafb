//! **Disconnect everyone**.

use latchkey_domain::counted;
use leptos::prelude::*;

use super::failed::failed;
use super::pause_instead::pause_instead;
use crate::components::confirm::Confirm;
use crate::components::toast::Toasts;
use crate::functions::Answer;
use crate::functions::applications::card::ApplicationCard;
use crate::functions::applications::disconnect_everyone;
use crate::functions::error::FunctionError;
use crate::pages::admin::settings::oauth_applications::card::history::connected;
use crate::pages::admin::settings::oauth_applications::context::ListContext;

/// Asks whether to revoke all grants of members to an application. Its name has to be typed.
pub(super) fn disconnect(card: ApplicationCard) -> AnyView {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    if card.connected_members == 0 {
        return failed(FunctionError::Conflict {
            message: format!(
                "No members are connected to {}. There is nothing to disconnect.",
                card.form.name
            ),
        });
    }
    let instead = pause_instead(&card);
    let (client_id, name) = (card.client_id, card.form.name);
    let expected = Some(name.clone());
    let title = format!("Disconnect everyone from {name}?");
    let now = connected(card.connected_members);
    let on_confirm = Callback::new(move |()| -> Answer<()> {
        let (client_id, name) = (client_id.clone(), name.clone());
        Box::pin(async move {
            let members = disconnect_everyone(client_id).await?;
            toasts.success(format!("{} disconnected from {name}", counted(members, "member")));
            list.refresh();
            list.close();
            Ok(())
        })
    });
    let on_close = Callback::new(move |()| list.close());
    view! {
        <Confirm title action="Disconnect everyone" name=expected instead on_confirm on_close>
            <p>
                {now}
                ". Every code and token is revoked at once, and members are asked again before the application can act for them. The application and its credentials stay."
            </p>
        </Confirm>
    }
    .into_any()
}
