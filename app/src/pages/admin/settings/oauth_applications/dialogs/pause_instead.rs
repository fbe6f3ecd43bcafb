//! What can be done instead of deleting an application or disconnecting everyone.

use leptos::prelude::*;

use crate::components::confirm::Instead;
use crate::components::toast::Toasts;
use crate::functions::Answer;
use crate::functions::applications::card::ApplicationCard;
use crate::functions::applications::set_paused;
use crate::pages::admin::settings::oauth_applications::context::ListContext;

/// Pauses an application that is in use; `None` if it is not in use or is paused already.
pub(super) fn pause_instead(card: &ApplicationCard) -> Option<Instead> {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    let (client_id, name) = (card.client_id.clone(), card.form.name.clone());
    let run = Callback::new(move |()| -> Answer<()> {
        let (client_id, name) = (client_id.clone(), name.clone());
        Box::pin(async move {
            set_paused(client_id, true).await?;
            toasts.success(format!(
                "{name} paused. Its tokens are refused until you resume it."
            ));
            list.refresh();
            list.close();
            Ok(())
        })
    });
    (card.in_use && !card.paused).then_some(Instead {
        action: "Pause instead",
        effect: "Not sure? Pause it: its tokens are refused until you resume it, and nothing is lost.",
        run,
    })
}
