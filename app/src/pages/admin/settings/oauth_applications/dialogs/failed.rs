//! Shown in place of a dialog that cannot open.

use leptos::prelude::*;

use crate::components::dialog::{Dialog, DialogSize};
use crate::components::function_error_notice::FunctionErrorNotice;
use crate::functions::error::FunctionError;
use crate::pages::admin::settings::oauth_applications::context::ListContext;

/// Shows why the dialog cannot open.
pub(super) fn failed(error: FunctionError) -> AnyView {
    let list = expect_context::<ListContext>();
    let on_close = Callback::new(move |()| list.close());
    view! {
        <Dialog title="OAuth Application" size=DialogSize::Question on_close>
            <div class="dialog-body">
                <FunctionErrorNotice error=Signal::stored(Some(error)) />
            </div>
            <footer class="dialog-footer">
                <button type="button" class="button" autofocus on:click=move |_| on_close.run(())>
                    "Close"
                </button>
            </footer>
        </Dialog>
    }
    .into_any()
}
