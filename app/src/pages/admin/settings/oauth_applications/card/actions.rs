//! The rare actions on an application: the menu of its card.

use leptos::prelude::*;

use crate::components::menu::{Menu, MenuAction, MenuItem};
use crate::components::toast::Toasts;
use crate::functions::applications::card::ApplicationCard;
use crate::functions::applications::set_paused;
use crate::pages::admin::settings::oauth_applications::address::{self, DialogRoute};
use crate::pages::admin::settings::oauth_applications::context::ListContext;
use crate::pages::admin::settings::oauth_applications::reading::Shown;

/// Where **Try it** is sent, and its field.
pub(in super::super) const TRY_IT: (&str, &str) = ("/admin/headless-api/explorer", "application");

/// The id of the menu's button.
pub(in super::super) fn menu_id(client_id: &str) -> String {
    format!("more-{client_id}")
}

/// Pauses or resumes an application.
pub(in super::super) fn toggle_pause(card: Memo<ApplicationCard>) -> Action<(), ()> {
    let list = expect_context::<ListContext>();
    let toasts = expect_context::<Toasts>();
    Action::new_unsync(move |(): &()| {
        let (client_id, name, pause) =
            card.with_untracked(|card| (card.client_id.clone(), card.form.name.clone(), !card.paused));
        async move {
            match set_paused(client_id, pause).await {
                Ok(()) if pause => toasts.success(format!(
                    "{name} paused. Its tokens are refused until you resume it."
                )),
                Ok(()) => toasts.success(format!("{name} resumed")),
                Err(error) => toasts.failure(error.message()),
            }
            list.refresh();
        }
    })
}

/// The menu. It offers only what the server would accept.
#[component]
pub(super) fn CardMenu(client_id: String, card: Memo<ApplicationCard>) -> impl IntoView {
    let list = expect_context::<ListContext>();
    let may_change = expect_context::<Shown>().may_change();
    let toggle = toggle_pause(card);
    let id = menu_id(&client_id);
    let of = format!("card-{client_id}");
    let items = Callback::new(move |()| {
        let may_change = may_change.get();
        let (paused, members) = card.with(|card| (card.paused, card.connected_members));
        let client_id = &client_id;
        let dialog = |dialog: DialogRoute| MenuAction::Go(list.link(dialog).get());
        let (address, name) = TRY_IT;
        let value = client_id.clone();
        let pause = Callback::new(move |()| {
            toggle.dispatch_local(());
        });
        let entries = [
            (
                "try",
                "Try it",
                may_change,
                MenuAction::Post { address, name, value },
            ),
            (
                "use",
                "Use it",
                true,
                MenuAction::Leave(address::use_it(client_id)),
            ),
            (
                "activity",
                "Activity",
                true,
                MenuAction::Leave(address::activity(client_id)),
            ),
            (
                "duplicate",
                "Duplicate",
                may_change,
                dialog(DialogRoute::Duplicate(client_id.clone())),
            ),
            (
                "pause",
                if paused { "Resume" } else { "Pause" },
                may_change,
                MenuAction::Run(pause),
            ),
            (
                "disconnect",
                "Disconnect everyone",
                members > 0,
                dialog(DialogRoute::Disconnect(client_id.clone())),
            ),
            (
                "export",
                "Export",
                true,
                MenuAction::Leave(address::export(client_id)),
            ),
        ];
        entries
            .into_iter()
            .filter(|(_, _, is_offered, _)| *is_offered)
            .map(|(id, text, _, action)| MenuItem {
                id: format!("{id}-{client_id}"),
                text,
                action,
            })
            .collect()
    });
    view! { <Menu id label="More for" of tabindex="-1" items /> }
}
