//! What a host can do to somebody else.

use latchkey_domain::ListedMember;
use leptos::prelude::*;

use crate::components::ask::Ask;
use crate::pages::admin::members::add::role_field;

pub(super) fn powers(
    listed: &ListedMember,
    has_passkeys: bool,
    has_picture: bool,
    page: &str,
) -> impl IntoView + use<> {
    let member = &listed.member;
    let change_role = Ask {
        button: "Change role",
        label: None,
        effect: view! {
            {role_field(member.role)}
            <p class="muted">
                "It holds from the next request on. An application that was allowed to read the whole network by a host no longer can when they stop being one."
            </p>
        }
        .into_any(),
        action: format!("{page}/role"),
        confirm: "Save the role",
        is_danger: false,
    };
    let suspend = if member.is_suspended() {
        Ask {
            button: "Let in again",
            label: None,
            effect: view! {
                <p class="muted">"They can sign in again, and their connected applications work again. They sign in anew: the sessions have ended."</p>
            }
            .into_any(),
            action: format!("{page}/resume"),
            confirm: "Let in again",
            is_danger: false,
        }
    } else {
        Ask {
            button: "Suspend",
            label: None,
            effect: view! {
                <p class="muted">"They are signed out and cannot sign in, and every token of theirs is refused from the next request on. Nothing is deleted: you can let them in again."</p>
            }
            .into_any(),
            action: format!("{page}/suspend"),
            confirm: "Suspend",
            is_danger: true,
        }
    };
    let reset = (member.second_factor || has_passkeys).then(|| {
        Ask {
            button: "Reset second factor",
            label: None,
            effect: view! {
                <p class="muted">"For somebody whose phone is gone, and the recovery codes, too. Make sure that it is them who asks. The authenticator app and the passkeys are removed and they are signed out everywhere; the password alone is enough then. Without a password, they need a link."</p>
            }
            .into_any(),
            action: format!("{page}/reset-second-factor"),
            confirm: "Reset it",
            is_danger: true,
        }
        .into_view()
    });
    let remove_picture = has_picture.then(|| {
        Ask {
            button: "Remove the picture",
            label: None,
            effect: view! {
                <p class="muted">"Programs that have a copy keep it until they read the profile again. The member can upload another."</p>
            }
            .into_any(),
            action: format!("{page}/remove-picture"),
            confirm: "Remove the picture",
            is_danger: true,
        }
        .into_view()
    });
    let remove = Ask {
        button: "Remove",
        label: None,
        effect: view! {
            <p class="muted">"The account, its sessions and all that it allowed are deleted. This cannot be undone. To keep somebody out for a while, suspend them."</p>
        }
        .into_any(),
        action: format!("{page}/remove"),
        confirm: "Remove the member",
        is_danger: true,
    };
    view! {
        <section class="member-section">
            <h2>"Manage"</h2>
            <div class="powers">{change_role.into_view()} {remove_picture} {reset} {suspend.into_view()} {remove.into_view()}</div>
        </section>
    }
}
