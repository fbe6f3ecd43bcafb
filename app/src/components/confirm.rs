//! A question before an action that cannot be undone.

use leptos::prelude::*;

use super::dialog::Dialog;
use super::function_error_notice::FunctionErrorNotice;
use crate::functions::Answer;

/// Asks, with **Cancel** in focus, and runs `on_confirm` on yes. On failure it stays open and shows why.
#[component]
pub(crate) fn Confirm(
    #[prop(into)] title: Signal<String>,
    /// The label of the button that confirms.
    action: &'static str,
    on_confirm: Callback<(), Answer<()>>,
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let confirm = Action::new_unsync(move |(): &()| on_confirm.run(()));
    let busy = confirm.pending();
    let outcome = confirm.value();
    // The next attempt clears the last error.
    let error = Signal::derive(move || outcome.get().and_then(Result::err).filter(|_| !busy.get()));
    let press = move |_| {
        if !busy.get_untracked() {
            confirm.dispatch_local(());
        }
    };
    view! {
        <Dialog title on_close small=true>
            <div class="dialog-body">
                {children()}
                <FunctionErrorNotice error />
            </div>
            <footer class="dialog-footer">
                <button type="button" class="button" autofocus on:click=move |_| on_close.run(())>
                    "Cancel"
                </button>
                <button
                    type="button"
                    class="button button-danger"
                    aria-busy=move || busy.get().to_string()
                    on:click=press
                >
                    {action}
                </button>
            </footer>
        </Dialog>
    }
}
