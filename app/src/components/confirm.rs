//! A question before something that cannot be undone.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;

use super::dialog::Dialog;
use super::refusal_notice::RefusalNotice;
use crate::browser;
use crate::functions::Refusal;

/// What is done when the person says yes.
pub(crate) type Deed = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), Refusal>>>> + Send + Sync>;

/// Asks, with **Cancel** in focus, and does `deed` on yes. On failure it stays open and says why.
#[component]
pub(crate) fn Confirm(
    #[prop(into)] title: Signal<String>,
    /// The words on the button that does it.
    action: &'static str,
    deed: Deed,
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let refusal = RwSignal::new(None::<Refusal>);
    let confirm = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        refusal.set(None);
        let deed = deed();
        browser::spawn(async move {
            if let Err(reason) = deed.await {
                let _ = refusal.try_set(Some(reason));
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <Dialog title on_close small=true>
            <div class="dialog-body">
                {children()}
                <RefusalNotice refusal />
            </div>
            <footer class="dialog-footer">
                <button type="button" class="button" autofocus on:click=move |_| on_close.run(())>
                    "Cancel"
                </button>
                <button
                    type="button"
                    class="button button-danger"
                    aria-busy=move || busy.get().to_string()
                    on:click=confirm
                >
                    {action}
                </button>
            </footer>
        </Dialog>
    }
}
